"""Accounts are compared with the provider, numbers in a messaging service say so, and webhooks are proven."""

import django.db.models.deletion
import django.utils.timezone
import snoutos.accounts.tenancy
import uuid
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_give_members_their_phones'),
        ('messaging', '0036_know_how_numbers_are_registered'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProviderDifference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('credentials', "The provider doesn't accept your credentials anymore"), ('suspended', 'The provider has suspended your account'), ('closed', 'Your provider account is closed'), ('number_gone', "Your provider account doesn't own this number anymore"), ('texts', 'Texts to this number go to another address'), ('backup', "This number's backup address isn't SnoutOS"), ('calls', 'Calls to this number go to another address'), ('unused', "You own this number, and SnoutOS doesn't use it"), ('unreturned', 'You released this number, and still pay for it'), ('service_gone', "The provider doesn't know your messaging service"), ('service_texts', "Texts to your messaging service's numbers go to another address"), ('service_backup', "Your messaging service's backup address isn't SnoutOS"), ('service_sender', 'Your messaging service may switch numbers')], max_length=16)),
                ('e164', models.CharField(blank=True, default='', max_length=20)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='in_service',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='compare_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='compared_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='provideraccount',
            name='comparison_failed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='provideraccount',
            name='messaging_service_sid',
            field=models.CharField(blank=True, max_length=64, verbose_name='messaging service SID'),
        ),
        migrations.AddConstraint(
            model_name='provideraccount',
            constraint=models.CheckConstraint(condition=models.Q(('messaging_service_sid__regex', '^(MG[0-9A-Za-z]{32})?$')), name='provideraccount_service_sid_is_one', violation_error_message="That isn't a messaging service SID: it starts with MG and has 34 characters. Leave it empty if you have none."),
        ),
        migrations.AddField(
            model_name='providerdifference',
            name='account',
            field=snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='messaging.provideraccount'),
        ),
        migrations.AddField(
            model_name='providerdifference',
            name='number',
            field=snoutos.accounts.tenancy.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='messaging.messagenumber'),
        ),
        migrations.AddField(
            model_name='providerdifference',
            name='organization',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.AddConstraint(
            model_name='providerdifference',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='messaging_providerdifference_of_organization'),
        ),
        migrations.AddConstraint(
            model_name='providerdifference',
            constraint=models.UniqueConstraint(fields=('account', 'kind', 'e164'), name='providerdifference_once'),
        ),
        migrations.AddConstraint(
            model_name='providerdifference',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['credentials', 'suspended', 'closed', 'number_gone', 'texts', 'backup', 'calls', 'unused', 'unreturned', 'service_gone', 'service_texts', 'service_backup', 'service_sender'])), name='providerdifference_has_a_known_kind'),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='proof_asked_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='webhooks_proven_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        AddTenantKeys("ProviderDifference"),
    ]
