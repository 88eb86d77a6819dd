"""Which member the office's own conversation is with. Code of before names none, as for the phone that alerts go to."""

import django.db.models.deletion
import snoutos.accounts.tenancy
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_give_members_their_phones'),
        ('messaging', '0026_remember_numbers_given_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='participant',
            name='member',
            field=snoutos.accounts.tenancy.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(('member__isnull', True), ('role', 'member'), _connector='OR'), name='participant_only_a_member_is_named_as_one'),
        ),
        migrations.RunSQL(
            'ALTER TABLE "messaging_participant" ADD CONSTRAINT "messaging_participant_member_id_same_organization" '
            'FOREIGN KEY (organization_id, "member_id") REFERENCES "accounts_user" (organization_id, id)',
            'ALTER TABLE "messaging_participant" DROP CONSTRAINT "messaging_participant_member_id_same_organization"',
        ),
    ]
