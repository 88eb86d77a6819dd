"""Calls to a number can ring the office's phone or a member's; a call says whether it was taken there."""

import django.db.models.deletion
import messaging.models.phones
import snoutos.accounts.tenancy
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_give_members_their_phones'),
        ('messaging', '0027_let_members_take_part'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='call',
            name='call_has_a_known_state',
        ),
        migrations.AddField(
            model_name='call',
            name='talked_seconds',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='call_handling',
            field=models.CharField(choices=[('sentence', 'Callers hear the sentence'), ('office_phone', "Forwarded to the office's phone"), ('member', "Forwarded to a member's phone")], db_default='sentence', default='sentence', editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='call_member',
            field=snoutos.accounts.tenancy.TenantForeignKey(db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='messagenumber',
            name='call_phone',
            field=messaging.models.phones.E164Field(blank=True, db_default='', default='', editable=False, max_length=20),
        ),
        migrations.AlterField(
            model_name='call',
            name='state',
            field=models.CharField(choices=[('missed', 'Missed call'), ('turned_away', 'Blocked call'), ('forwarding', 'Forwarded call'), ('answered', 'Forwarded call, answered')], max_length=16),
        ),
        migrations.AlterField(
            model_name='webhookreceipt',
            name='kind',
            field=models.CharField(choices=[('inbound', 'Inbound text'), ('status', 'Delivery status'), ('call', 'Call'), ('call_status', 'End of a call'), ('call_forwarded', 'Outcome of a forwarded call')], max_length=16),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('state', 'forwarding')), fields=['started_at'], name='call_being_forwarded'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['missed', 'turned_away', 'forwarding', 'answered'])), name='call_has_a_known_state'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), ('talked_seconds__isnull', False)), models.Q(models.Q(('state', 'answered'), _negated=True), ('talked_seconds__isnull', True)), _connector='OR'), name='call_was_talked_in_when_answered'),
        ),
        migrations.AddConstraint(
            model_name='messagenumber',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('call_handling', 'office_phone'), ('call_member__isnull', True), models.Q(('call_phone', ''), _negated=True)), models.Q(('call_handling', 'member'), ('call_member__isnull', False), ('call_phone', '')), models.Q(('call_handling', 'sentence'), ('call_member__isnull', True), ('call_phone', '')), _connector='OR'), name='messagenumber_forwards_calls_to_one_place'),
        ),
        migrations.RunSQL(
            'ALTER TABLE "messaging_messagenumber" ADD CONSTRAINT "messaging_messagenumber_call_member_id_same_organization" '
            'FOREIGN KEY (organization_id, "call_member_id") REFERENCES "accounts_user" (organization_id, id)',
            'ALTER TABLE "messaging_messagenumber" DROP CONSTRAINT "messaging_messagenumber_call_member_id_same_organization"',
        ),
    ]
