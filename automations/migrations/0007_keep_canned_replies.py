"""Texts the office writes often, the office's or one's own."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import snoutos.accounts.tenancy
import uuid
from django.conf import settings
from django.db import migrations, models

from snoutos.accounts.tenancy import AddTenantKeys


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_keep_business_hours'),
        ('automations', '0006_say_rules_in_owners_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CannedReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=40)),
                ('body', models.TextField(max_length=2000, verbose_name='text')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('member', snoutos.accounts.tenancy.TenantForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name_plural': 'canned replies',
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('organization', 'id'), name='automations_cannedreply_of_organization'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='cannedreply_says_something'), models.UniqueConstraint(models.F('organization'), models.F('member'), django.db.models.functions.text.Lower('name'), name='cannedreply_name_once_per_member', nulls_distinct=False, violation_error_message="There's another canned reply with this name.")],
            },
        ),
        AddTenantKeys("CannedReply"),
    ]
