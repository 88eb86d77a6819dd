"""Events name the session or key they were made with; looking at texts is told once a span."""

import django.db.models.deletion
import snoutos.accounts.tenancy
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_remember_the_networks_of_a_key'),
        ('audit', '0003_count_failures_of_matching'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='auditevent',
            name='credential_id',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='auditevent',
            name='credential_kind',
            field=models.CharField(blank=True, db_default='', default='', max_length=8),
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('credential_kind', models.CharField(blank=True, max_length=8)),
                ('credential_id', models.BigIntegerField()),
                ('subject_kind', models.CharField(max_length=32)),
                ('subject_id', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('user', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['at'], name='look_by_time')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='audit_look_of_organization'), models.UniqueConstraint(fields=('user', 'credential_kind', 'credential_id', 'subject_kind', 'subject_id'), name='look_once_per_credential_and_subject')],
            },
        ),
        snoutos.accounts.tenancy.AddTenantKeys("Look"),
    ]
