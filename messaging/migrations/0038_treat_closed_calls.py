"""A number can do something else with calls when the business is closed."""

import django.db.models.deletion
import messaging.models.phones
import snoutos.accounts.tenancy
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0037_compare_with_the_provider'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='messagenumber',
            name='closed_handling',
            field=models.CharField(choices=[('same', "The same as when you're open"), ('sentence', 'Callers hear the sentence'), ('voicemail', 'Callers can leave a voicemail'), ('office_phone', "Forwarded to the office's phone"), ('member', "Forwarded to a member's phone")], db_default='same', default='same', editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='closed_member',
            field=snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='closed_phone',
            field=messaging.models.phones.E164Field(blank=True, db_default='', default='', editable=False, max_length=20),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='closed_sentence',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=500),
        ),
        migrations.AddConstraint(
            model_name='messagenumber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_handling', 'office_phone'), ('closed_member__isnull', True), models.Q(('closed_phone', ''), _negated=True)), models.Q(('closed_handling', 'member'), ('closed_member__isnull', False), ('closed_phone', '')), models.Q(('closed_handling__in', ['same', 'sentence', 'voicemail']), ('closed_member__isnull', True), ('closed_phone', '')), _connector='OR'), name='messagenumber_forwards_closed_calls_to_one_place'),
        ),
        migrations.RunSQL(
            'ALTER TABLE "messaging_messagenumber" ADD CONSTRAINT "messaging_messagenumber_closed_member_id_same_organization" '
            'FOREIGN KEY (organization_id, "closed_member_id") REFERENCES "accounts_user" (organization_id, id)',
            'ALTER TABLE "messaging_messagenumber" DROP CONSTRAINT "messaging_messagenumber_closed_member_id_same_organization"',
        ),
    ]
