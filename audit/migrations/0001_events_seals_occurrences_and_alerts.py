"""Events, seals, occurrences and alerts."""

import audit.db_fields
import django.db.models.deletion
import django.db.models.functions.datetime
import snoutos.accounts.tenancy
import uuid
from django.conf import settings
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_id', models.BigIntegerField()),
                ('last_id', models.BigIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('cluster', models.CharField(max_length=32)),
                ('horizon', audit.db_fields.TransactionIdField()),
                ('snapshot_end', audit.db_fields.TransactionIdField()),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('previous_hash',), name='auditseal_follows_one_seal'), models.CheckConstraint(condition=models.Q(('count__gte', 1), ('first_id__lte', models.F('last_id'))), name='auditseal_has_members')],
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=64)),
                ('severity', models.CharField(choices=[('critical', 'Critical'), ('warning', 'Warning'), ('info', 'Info')], max_length=16)),
                ('subject_kind', models.CharField(max_length=32)),
                ('subject_id', models.BigIntegerField(default=0)),
                ('thread_id', models.BigIntegerField(blank=True, null=True)),
                ('title', models.CharField(max_length=160)),
                ('detail', models.CharField(blank=True, max_length=400)),
                ('count', models.PositiveIntegerField(default=1)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved'), ('dismissed', 'Dismissed')], default='open', max_length=16)),
                ('resolved_automatically', models.BooleanField(default=False)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('resolved_by', snoutos.accounts.tenancy.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('state__in', ('open', 'acknowledged'))), fields=['organization', '-last_at'], name='alert_unfinished')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='audit_alert_of_organization'), models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'acknowledged'))), fields=('organization', 'kind', 'subject_kind', 'subject_id'), name='alert_unique_while_open'), models.CheckConstraint(condition=models.Q(('severity__in', ['critical', 'warning', 'info'])), name='alert_has_a_known_severity'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'acknowledged', 'resolved', 'dismissed'])), name='alert_has_a_known_state'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='alert_has_a_title'), models.CheckConstraint(condition=models.Q(('count__gte', 1), ('first_at__lte', models.F('last_at'))), name='alert_happened_at_least_once'), models.CheckConstraint(condition=models.Q(('severity', 'critical'), ('state', 'dismissed'), _negated=True), name='alert_critical_is_never_dismissed'), models.CheckConstraint(condition=models.Q(('state__in', ('open', 'acknowledged')), models.Q(('resolved_at__isnull', False), models.Q(('resolved_by__isnull', False), ('resolved_automatically', True), _connector='OR')), _connector='OR'), name='alert_resolved_has_resolver_and_time'), models.CheckConstraint(condition=models.Q(('state__in', ('resolved', 'dismissed')), models.Q(('resolved_at__isnull', True), ('resolved_automatically', False), ('resolved_by__isnull', True)), _connector='OR'), name='alert_open_has_no_resolver')],
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('actor_kind', models.CharField(choices=[('user', 'Person'), ('client', 'Client'), ('sitter', 'Sitter'), ('provider', 'Provider'), ('system', 'SnoutOS'), ('automation', 'Automation'), ('api', 'API')], max_length=16)),
                ('actor_id', models.BigIntegerField(blank=True, null=True)),
                ('verb', models.CharField(max_length=64)),
                ('subject_kind', models.CharField(max_length=32)),
                ('subject_id', models.BigIntegerField(blank=True, null=True)),
                ('thread_id', models.BigIntegerField(blank=True, null=True)),
                ('correlation_id', models.UUIDField(default=uuid.uuid4)),
                ('data', models.JSONField(default=dict)),
                ('xid', audit.db_fields.TransactionIdField(db_default=models.Func(function='pg_current_xact_id'), editable=False)),
                ('organization', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'thread_id', 'id'], name='auditevent_timeline'), models.Index(fields=['organization', 'verb', 'id'], name='auditevent_by_verb'), models.Index(fields=['organization', 'id'], name='auditevent_by_organization'), models.Index(fields=['correlation_id'], name='auditevent_by_correlation'), models.Index(fields=['xid', 'id'], name='auditevent_by_transaction')],
                'constraints': [models.CheckConstraint(condition=models.Q(('actor_kind__in', ['user', 'client', 'sitter', 'provider', 'system', 'automation', 'api'])), name='auditevent_has_a_known_actor'), models.CheckConstraint(condition=models.Q(('verb', ''), _negated=True), name='auditevent_has_a_verb')],
            },
        ),
        migrations.CreateModel(
            name='AuditSealMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('seal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='audit.auditseal')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('event_id',), name='auditsealmember_event_sealed_once')],
            },
        ),
        migrations.CreateModel(
            name='Occurrence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=64)),
                ('key', models.CharField(max_length=200)),
                ('payload', models.JSONField(default=dict)),
                ('thread_id', models.BigIntegerField(blank=True, null=True)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('depth', models.PositiveSmallIntegerField(default=0)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['due_at', 'id'], name='occurrence_due')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='audit_occurrence_of_organization'), models.UniqueConstraint(fields=('organization', 'key'), name='occurrence_once_per_key'), models.CheckConstraint(condition=models.Q(models.Q(('kind', ''), _negated=True), models.Q(('key', ''), _negated=True)), name='occurrence_has_a_kind_and_a_key')],
            },
        ),
        AddTenantKeys('Occurrence', 'Alert'),
    ]
