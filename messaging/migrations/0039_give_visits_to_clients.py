"""A visit is for a client and makes a window in each of their conversations. Windows that are there stay as they are, without a visit."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.utils.timezone
import snoutos.accounts.tenancy
import uuid
from django.conf import settings
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_keep_business_hours'),
        ('messaging', '0038_treat_closed_calls'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='assignmentwindow',
            options={'verbose_name': 'visit in one conversation', 'verbose_name_plural': 'visits in one conversation'},
        ),
        migrations.AlterField(
            model_name='assignmentwindow',
            name='visit_type',
            field=models.CharField(choices=[('drop_in', 'Drop-in'), ('walk', 'Walk'), ('overnight', 'Overnight'), ('other', 'Other')], default='other', max_length=16),
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('visit_type', models.CharField(choices=[('drop_in', 'Drop-in'), ('walk', 'Walk'), ('overnight', 'Overnight'), ('other', 'Other')], default='drop_in', max_length=16)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('canceled_at', models.DateTimeField(editable=False, null=True)),
                ('was_over_when_merged', models.BooleanField(default=False, editable=False)),
                ('canceled_by', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='messaging.client')),
                ('created_by', snoutos.accounts.tenancy.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('sitter', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='messaging.sitter')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='assignmentwindow',
            name='visit',
            field=snoutos.accounts.tenancy.TenantForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='windows', to='messaging.visit'),
        ),
        migrations.AddConstraint(
            model_name='assignmentwindow',
            constraint=models.UniqueConstraint(condition=models.Q(('canceled_at__isnull', True), ('visit__isnull', False)), fields=('visit', 'thread'), name='assignmentwindow_one_per_visit_and_thread'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['sitter', 'starts_at'], name='visit_of_sitter'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['client', 'ends_at'], name='visit_of_client'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(condition=models.Q(('canceled_at__isnull', True)), fields=['organization', 'ends_at'], name='visit_calendar'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.UniqueConstraint(fields=('organization', 'id'), name='messaging_visit_of_organization'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='visit_ends_after_it_starts', violation_error_message='The visit must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('visit_type__in', ['drop_in', 'walk', 'overnight', 'other'])), name='visit_has_a_known_type'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('canceled_at__isnull', True), ('was_over_when_merged', False)), expressions=[(models.Func(models.F('client_id'), models.F('client_id'), models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), (models.Func(models.F('starts_at'), models.F('ends_at'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='visit_no_overlap_per_client', violation_error_message='Another sitter is already booked for part of that time.'),
        ),
        AddTenantKeys('Visit'),
        migrations.RunSQL(
            'ALTER TABLE "messaging_assignmentwindow" ADD CONSTRAINT "messaging_assignmentwindow_visit_id_same_organization" '
            'FOREIGN KEY (organization_id, "visit_id") REFERENCES "messaging_visit" (organization_id, id)',
            'ALTER TABLE "messaging_assignmentwindow" DROP CONSTRAINT "messaging_assignmentwindow_visit_id_same_organization"',
        ),
    ]
