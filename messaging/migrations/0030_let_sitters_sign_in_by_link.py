"""Links by which sitters sign in once, and the browsers they opened."""

import django.db.models.deletion
import django.utils.timezone
import snoutos.accounts.tenancy
import uuid
from django.conf import settings
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_give_members_their_phones'),
        ('messaging', '0029_triage_conversations'),
        ('sessions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SitterDevice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('session_key', models.CharField(editable=False, max_length=40)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_used_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('sitter', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='messaging.sitter')),
                ('user', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('revoked_at__isnull', True)), fields=['sitter', '-last_used_at'], name='sitterdevice_of_sitter')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='messaging_sitterdevice_of_organization'), models.UniqueConstraint(fields=('session_key',), name='sitterdevice_unique_session'), models.CheckConstraint(condition=models.Q(('last_used_at__gte', models.F('created_at'))), name='sitterdevice_is_used_after_it_came')],
            },
        ),
        migrations.CreateModel(
            name='SitterLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('sitter', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sign_in_links', to='messaging.sitter')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['sitter', 'created_at'], name='sitterlink_of_sitter')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='messaging_sitterlink_of_organization'), models.UniqueConstraint(fields=('digest',), name='sitterlink_unique_digest'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='sitterlink_expires_after_it_was_made'), models.CheckConstraint(condition=models.Q(('used_at__isnull', True), ('used_at__lt', models.F('expires_at')), _connector='OR'), name='sitterlink_is_used_before_it_expires'), models.CheckConstraint(condition=models.Q(('used_at__isnull', True), ('revoked_at__isnull', True), _connector='OR'), name='sitterlink_is_used_or_revoked')],
            },
        ),
        AddTenantKeys("SitterDevice", "SitterLink"),
    ]
