"""A text that may ask for no more texts in its own words waits for a decision, one at a time for a phone."""

import django.db.models.deletion
import messaging.models.phones
import snoutos.accounts.tenancy
import uuid
from django.conf import settings
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0012_say_settings_in_owners_words'),
        ('messaging', '0017_import_people_from_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='consentchange',
            name='source',
            field=models.CharField(choices=[('text', 'By text'), ('provider', 'The provider refused a text'), ('owner', 'Recorded by the owner'), ('review', 'In their own words, as the owner read them')], max_length=16),
        ),
        migrations.AlterField(
            model_name='optout',
            name='source',
            field=models.CharField(choices=[('text', 'By text'), ('provider', 'The provider refused a text'), ('owner', 'Recorded by the owner'), ('review', 'In their own words, as the owner read them')], max_length=16),
        ),
        migrations.CreateModel(
            name='Revocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('e164', messaging.models.phones.E164Field(max_length=20, verbose_name='phone')),
                ('state', models.CharField(choices=[('open', 'To decide'), ('opted_out', 'Opted out'), ('not_meant', 'Not meant')], default='open', editable=False, max_length=16)),
                ('said_at', models.DateTimeField(editable=False)),
                ('opened_at', models.DateTimeField(editable=False)),
                ('due_at', models.DateTimeField(editable=False)),
                ('remind_at', models.DateTimeField(editable=False, null=True)),
                ('decided_at', models.DateTimeField(editable=False, null=True)),
                ('change', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.consentchange')),
                ('decided_by', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='revocations', to='messaging.message')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name': 'possible opt-out',
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['remind_at'], name='revocation_to_remind')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='messaging_revocation_of_organization'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('organization', 'e164'), name='revocation_one_open_per_phone'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'opted_out', 'not_meant'])), name='revocation_has_a_known_state'), models.CheckConstraint(condition=models.Q(models.Q(('change__isnull', True), ('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('decided_at__isnull', False), models.Q(('decided_by__isnull', False), ('change__isnull', False), _connector='OR')), _connector='OR'), name='revocation_decided_says_when_and_how'), models.CheckConstraint(condition=models.Q(('remind_at__isnull', True), ('state', 'open'), _connector='OR'), name='revocation_decided_reminds_nobody'), models.CheckConstraint(condition=models.Q(('due_at__gt', models.F('opened_at'))), name='revocation_leaves_time')],
            },
        ),
        AddTenantKeys("Revocation"),
    ]
