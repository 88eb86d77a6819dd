"""What sitters are still to hear about their visits. Of visits that are there nothing is told."""

import django.db.models.deletion
import django.utils.timezone
import snoutos.accounts.tenancy
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0017_tell_sitters_of_visits'),
        ('messaging', '0039_give_visits_to_clients'),
    ]

    operations = [
        migrations.CreateModel(
            name='VisitNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('was_starts_at', models.DateTimeField(null=True)),
                ('was_ends_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('due_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('sitter', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.sitter')),
                ('visit', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.visit')),
                ('window', snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.assignmentwindow')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['due_at'], name='visitnotice_due')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='messaging_visitnotice_of_organization'), models.UniqueConstraint(condition=models.Q(('visit__isnull', False)), fields=('sitter', 'visit'), name='visitnotice_one_per_sitter_and_visit'), models.UniqueConstraint(condition=models.Q(('window__isnull', False)), fields=('sitter', 'window'), name='visitnotice_one_per_sitter_and_window'), models.CheckConstraint(condition=models.Q(models.Q(('visit__isnull', True), ('window__isnull', False)), models.Q(('visit__isnull', False), ('window__isnull', True)), _connector='OR'), name='visitnotice_is_about_one'), models.CheckConstraint(condition=models.Q(models.Q(('was_ends_at__isnull', True), ('was_starts_at__isnull', True)), models.Q(('was_ends_at__gt', models.F('was_starts_at')), ('was_ends_at__isnull', False), ('was_starts_at__isnull', False)), _connector='OR'), name='visitnotice_knew_both_times_or_none')],
            },
        ),
        AddTenantKeys('VisitNotice'),
    ]
