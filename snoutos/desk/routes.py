"""Addresses of the desk's pages. Some are named as the admin names a row's page, so that alerts and the trail link there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from snoutos.desk.views import (
    actions,
    alerting,
    automations,
    automations_log,
    blocked,
    builder,
    calendar,
    canned,
    comparing,
    consent,
    conversation,
    imports,
    inbox,
    keys,
    new_numbers,
    numbers,
    numbers_together,
    own_phone,
    phones,
    review,
    revocations,
    sitter_out,
    staffing,
    start,
    triage,
    visits,
)

# Lets nobody into a page who may not use the desk.
Page = Callable[[Any], Any]


def automation_urls(page: Page) -> list[URLPattern]:
    """Automations, their builder, trials and log."""
    here = "automations/<uuid:public_id>/"
    return [
        path("automations/", page(automations.show), name="automations"),
        path("automations/ready/", page(automations.ready), name="automations_ready"),
        path("automations/ready/<slug:slug>/use/", page(automations.use), name="automations_use"),
        path("automations/new/", page(builder.new), name="automations_new"),
        path("automations/preview/", page(builder.preview), name="automations_preview"),
        path("automations/limits/", page(automations.show_limits), name="automations_limits"),
        path(
            "automations/ran/<uuid:public_id>/",
            page(automations_log.show_one),
            name="automations_execution_change",
        ),
        path(here, page(automations.show_one), name="automations_automation_change"),
        path(f"{here}edit/", page(builder.edit), name="automation_edit"),
        path(f"{here}test/", page(automations.test), name="automation_test"),
        path(f"{here}past/", page(automations.replay), name="automation_past"),
        path(f"{here}activate/", page(automations.activate), name="automation_activate"),
        path(f"{here}pause/", page(automations.pause), name="automation_pause"),
        path(f"{here}resume/", page(automations.resume), name="automation_resume"),
        path(f"{here}archive/", page(automations.archive), name="automation_archive"),
        path(f"{here}new-key/", page(automations.new_key), name="automation_new_key"),
        path(f"{here}log/", page(automations_log.show), name="automation_log"),
    ]


def conversation_urls(page: Page) -> list[URLPattern]:
    """The inbox, conversations, and what was sent or came in one."""
    here = "conversations/<uuid:public_id>/"
    return [
        path("inbox/", page(inbox.show), name="inbox"),
        path("conversations/new/", page(start.show), name="conversation_new"),
        path("conversations/start/", page(start.start), name="conversation_start"),
        path(here, page(conversation.show), name="conversation"),
        path(f"{here}reply/", page(actions.reply), name="conversation_reply"),
        path(f"{here}note/", page(actions.note), name="conversation_note"),
        path(f"{here}canned/<uuid:reply>/", page(canned.filled), name="conversation_canned"),
        path(f"{here}assign/", page(actions.assign), name="conversation_assign"),
        path(
            f"{here}windows/<uuid:window_id>/end/",
            page(actions.end_window),
            name="conversation_end_window",
        ),
        path(f"{here}override/", page(actions.override), name="conversation_override"),
        path(
            f"{here}overrides/<uuid:override_id>/remove/",
            page(actions.remove_override),
            name="conversation_remove_override",
        ),
        path(f"{here}close/", page(actions.close), name="conversation_close"),
        path(f"{here}reopen/", page(actions.reopen), name="conversation_reopen"),
        path(f"{here}unread/", page(actions.unread), name="conversation_unread"),
        path(f"{here}give/", page(triage.give), name="conversation_give"),
        path(f"{here}snooze/", page(triage.snooze), name="conversation_snooze"),
        path(f"{here}wake/", page(triage.wake), name="conversation_wake"),
        path(f"{here}tags/", page(triage.tag), name="conversation_tags"),
        path(f"{here}link/<uuid:client_id>/", page(actions.link), name="conversation_link"),
        path(f"{here}move/", page(phones.move), name="conversation_move"),
        path(f"{here}block/", page(phones.block), name="conversation_block"),
        path(f"{here}still-theirs/", page(phones.confirm), name="conversation_still_theirs"),
        path(f"{here}new-client/", page(actions.new_client), name="conversation_new_client"),
        path("sent/<uuid:public_id>/<slug:what>/", page(actions.remedy), name="delivery_remedy"),
        path("media/<uuid:public_id>/", page(conversation.media), name="media"),
        path("voicemails/<uuid:public_id>/", page(conversation.voicemail), name="voicemail"),
    ]


def people_urls(page: Page) -> list[URLPattern]:
    """Clients, sitters, and many of them from a file."""
    return [
        path("blocked-phones/", page(blocked.show), name="blocked_phones"),
        path("clients/<uuid:public_id>/merge/", page(phones.merge), name="client_merge"),
        path("clients/<uuid:public_id>/phones/", page(phones.show), name="client_phones"),
        path("sitters/new/", page(staffing.join), name="sitter_joins"),
        path("sitters/<uuid:public_id>/leaves/", page(staffing.leave), name="sitter_leaves"),
        path("sitters/<uuid:public_id>/out/", page(sitter_out.show), name="sitter_out"),
        path("clients/<uuid:public_id>/consent/", page(consent.show), name="client_consent"),
        path("people/imports/", page(imports.show), name="imports"),
        path(
            "people/imports/<uuid:public_id>/",
            page(imports.show_one),
            # As the admin names a row's page, so that the trail links there.
            name="messaging_peopleimport_change",
        ),
        path("people/imports/<uuid:public_id>/start/", page(imports.start), name="import_start"),
        path("people/imports/<uuid:public_id>/undo/", page(imports.undo), name="import_undo"),
        path("people/imports/<uuid:public_id>/discard/", page(imports.discard), name="import_discard"),
        path("people/imports/<uuid:public_id>/report/", page(imports.report), name="import_report"),
    ]


def visit_urls(page: Page) -> list[URLPattern]:
    """The calendar, and visits that pass to another sitter."""
    return [
        path("calendar/", page(calendar.show), name="calendar"),
        path("visits/<uuid:public_id>/hand-over/", page(visits.hand_over), name="visit_hand_over"),
    ]


def number_urls(page: Page) -> list[URLPattern]:
    """Numbers that are taken out of use."""
    return [
        path("numbers/add/", page(new_numbers.add), name="numbers_add"),
        path("numbers/add/list/", page(new_numbers.add_from_list), name="numbers_list"),
        path("numbers/together/", page(numbers_together.show), name="numbers_together"),
        path("provider/compare/", page(comparing.show), name="provider_compare"),
        path("numbers/buy/", page(new_numbers.buy), name="numbers_buy"),
        path("numbers/<uuid:public_id>/pause/", page(numbers.pause), name="number_pause"),
        path("numbers/<uuid:public_id>/release/", page(numbers.release), name="number_release"),
    ]


def review_urls(page: Page) -> list[URLPattern]:
    """What waits for a decision."""
    return [
        path("review/", page(review.show_queue), name="review"),
        path("review/approve-together/", page(review.approve_together), name="review_together"),
        path("review/<uuid:public_id>/", page(review.show_item), name="review_item"),
        path("review/<uuid:public_id>/decide/", page(review.decide), name="review_decide"),
        path("review/<uuid:public_id>/allow/", page(review.allow), name="review_allow"),
        # Named as the admin names a row's page, so that alerts and the trail link there.
        path(
            "review/no-more-texts/<uuid:public_id>/",
            page(revocations.show),
            name="messaging_revocation_change",
        ),
        path(
            "review/no-more-texts/<uuid:public_id>/decide/",
            page(revocations.decide),
            name="revocation_decide",
        ),
    ]


def settings_urls(page: Page) -> list[URLPattern]:
    """Where alerts go, and one's own phone and keys."""
    return [
        path("where-alerts-go/", page(alerting.show), name="alerting"),
        path("where-alerts-go/save/", page(alerting.save), name="alerting_save"),
        path("where-alerts-go/test/", page(alerting.test), name="alerting_test"),
        path("where-alerts-go/confirm/", page(alerting.confirm), name="alerting_confirm"),
        path("your-phone/", page(own_phone.show), name="own_phone"),
        path("your-keys/", page(keys.show), name="own_keys"),
        path("your-keys/issue/", page(keys.issue), name="own_keys_issue"),
        path("your-keys/<uuid:public_id>/revoke/", page(keys.revoke), name="own_keys_revoke"),
    ]
