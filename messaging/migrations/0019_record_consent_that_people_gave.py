"""Consent that people gave: what to, how, when, in which words, and who wrote it down."""

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
        ('messaging', '0018_ask_about_texts_that_may_revoke_consent'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('e164', messaging.models.phones.E164Field(max_length=20, verbose_name='phone')),
                ('purpose', models.CharField(choices=[('service', 'About their visits'), ('promotional', 'Offers and news')], max_length=16)),
                ('channel', models.CharField(choices=[('verbal', 'In person or on the phone'), ('paper', 'On paper'), ('web_form', 'By a web form'), ('text', 'By text'), ('import', 'From an import'), ('api', 'Told by another system')], max_length=16)),
                ('wording', models.CharField(max_length=1000)),
                ('evidence', models.CharField(blank=True, max_length=500)),
                ('given_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(editable=False)),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('ended_as', models.CharField(blank=True, choices=[('opted_out', 'They opted out'), ('replaced', 'They have another phone now'), ('recycled', "The phone is someone else's now")], editable=False, max_length=16)),
                ('client', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='messaging.client')),
                ('message', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.message')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('recorded_by', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'consent',
                'abstract': False,
                'indexes': [models.Index(fields=['organization', 'e164'], name='consent_of_phone')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='messaging_consent_of_organization'), models.CheckConstraint(condition=models.Q(('purpose__in', ['service', 'promotional'])), name='consent_has_a_known_purpose'), models.CheckConstraint(condition=models.Q(('channel__in', ['verbal', 'paper', 'web_form', 'text', 'import', 'api'])), name='consent_has_a_known_channel'), models.CheckConstraint(condition=models.Q(('wording', ''), _negated=True), name='consent_says_to_what'), models.CheckConstraint(condition=models.Q(('given_at__lte', models.F('recorded_at'))), name='consent_was_given_before_it_was_recorded'), models.CheckConstraint(condition=models.Q(('recorded_by__isnull', False), ('message__isnull', False), _connector='OR'), name='consent_has_a_witness'), models.CheckConstraint(condition=models.Q(models.Q(('ended_as', ''), ('ended_at__isnull', True)), models.Q(('ended_as__in', ['opted_out', 'replaced', 'recycled']), ('ended_at__gte', models.F('given_at')), ('ended_at__isnull', False)), _connector='OR'), name='consent_ended_says_when_and_why')],
            },
        ),
        AddTenantKeys("Consent"),
    ]
