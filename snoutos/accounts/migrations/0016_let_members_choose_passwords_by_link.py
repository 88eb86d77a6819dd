"""Links by which members choose a password: invitations, forgotten passwords, a first owner. Code of before knows none."""


import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_keep_business_hours'),
    ]

    operations = [
        migrations.CreateModel(
            name='PasswordLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('purpose', models.CharField(choices=[('invitation', 'Invitation'), ('reset', 'New password'), ('first_owner', 'First owner')], max_length=12)),
                ('digest', models.CharField(blank=True, default='', max_length=64)),
                ('made_for', models.CharField(blank=True, default='', max_length=64)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('revoked_at__isnull', True), ('sent_at__isnull', True), ('used_at__isnull', True)), fields=['expires_at'], name='passwordlink_unsent')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('digest', ''), _negated=True), fields=('digest',), name='passwordlink_unique_digest'), models.CheckConstraint(condition=models.Q(('purpose__in', ['invitation', 'reset', 'first_owner'])), name='passwordlink_has_a_known_purpose'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='passwordlink_expires_after_it_was_made'), models.CheckConstraint(condition=models.Q(('used_at__isnull', True), models.Q(('revoked_at__isnull', True), ('used_at__lt', models.F('expires_at')), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='passwordlink_is_used_while_it_is_good'), models.CheckConstraint(condition=models.Q(('user__isnull', False), models.Q(('digest', ''), ('purpose', 'reset')), _connector='OR'), name='passwordlink_of_nobody_opens_nothing')],
            },
        ),
    ]
