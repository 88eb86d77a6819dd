"""Which test shows what a field does: it is filled in through its form, and something is different afterwards.

A field that is new belongs here with the test of its effect; one that has none belongs on no page.
"""

from __future__ import annotations

_DOORS = "tests/doors/test_"
_BUILDER = "tests/desk/test_automations_builder.py"
_PAGES = "tests/desk/test_automations_pages.py"
_ENGINE = "tests/automations/test_engine.py"
_TIME = "tests/automations/test_time_triggers.py"
_PHONES = "tests/api/test_phones.py"
_PHONE_PAGES = "tests/desk/test_phones.py"
_MEMBERS_PHONES = "tests/desk/test_members_phones.py"
_IMPORTS = "tests/desk/test_imports.py"
_STAFFING = "tests/desk/test_staffing.py"
_NUMBERS = "tests/desk/test_numbers_pages.py"
_INVITING = "tests/snoutos/access/test_inviting.py"
_FORGOTTEN = "tests/snoutos/access/test_forgotten.py"
_START = "tests/desk/test_start_page.py"
_RULE_BODY = ("trigger", "conditions", "actions", "lane", "is_urgent", "urgent_reason")
_ALARM = "tests/desk/test_where_alerts_go.py::test_an_owner_saves_tests_and_proves"
_OPENED = f"{_BUILDER}::test_a_rule_that_is_opened_and_saved_stays_what_it_was_and_tested"


_INVENTORY, _TOGETHER = "tests/messaging/numbers/test_inventory.py", "tests/desk/test_numbers_together.py"
_SERVICES = "tests/messaging/numbers/test_services.py"
_COMPARISON = "tests/messaging/numbers/test_comparison.py"
_LISTS = "tests/messaging/spreadsheets/test_numbers.py"
_BUYING, _OWNED = "tests/messaging/numbers/test_buying.py", "tests/messaging/numbers/test_owned.py"


def _fields(prefix: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{prefix}{name}" for name in names)


# Test → the fields whose effect it shows.
SHOWN_BY: dict[str, tuple[str, ...]] = {
    # Settings
    f"{_DOORS}settings.py::test_the_name_is_the_one_that_texts_say": ("admin accounts.Organization.name",),
    f"{_DOORS}settings.py::test_the_zone_is_the_one_of_every_time_on_the_desk": (
        "admin accounts.Organization.timezone",
    ),
    f"{_DOORS}settings.py::test_strangers_on_a_pool_number_get_the_reply_that_was_set": (
        "admin accounts.Organization.pool_auto_reply",
    ),
    f"{_DOORS}settings.py::test_quiet_hours_are_those_that_were_set": _fields(
        "admin accounts.Organization.", "quiet_from", "quiet_until"
    ),
    f"{_DOORS}settings.py::test_business_hours_are_those_that_were_set": (
        "admin accounts.Organization.opening_hours",
        "admin accounts.Organization.holidays",
    ),
    f"{_DOORS}settings.py::test_the_emergency_contact_is_the_one_that_replies_say": (
        "admin accounts.Organization.emergency_contact",
    ),
    "tests/api/test_hours.py::test_an_owner_replaces_hours_and_holidays": (
        "api PUT business-hours/ hours",
        "api PUT business-hours/ holidays",
    ),
    f"{_DOORS}settings.py::test_an_unopened_text_comes_to_the_owner_after_the_minutes_that_were_set": (
        "admin accounts.Organization.unopened_minutes",
    ),
    f"{_DOORS}settings.py::test_a_number_is_paused_for_the_days_that_were_set": (
        "admin accounts.Organization.number_cooldown_days",
    ),
    f"{_DOORS}settings.py::test_ones_own_domain_may_stand_in_a_rules_text": (
        "admin accounts.Organization.own_domains",
    ),
    f"{_DOORS}settings.py::test_sitters_photos_wait_when_they_are_to": (
        "admin accounts.Organization.hold_sitter_photos",
    ),
    f"{_DOORS}settings.py::test_numbers_are_read_in_the_languages_that_were_chosen": (
        "admin accounts.Organization.screening_languages",
    ),
    f"{_DOORS}settings.py::test_staff_allow_contacts_when_they_may": (
        "admin accounts.Organization.staff_may_allow_contacts",
    ),
    _ALARM: _fields("page alerting.html ", "phone", "emails", "code"),
    # Members and keys
    f"{_DOORS}people.py::test_a_member_who_was_added_signs_in_as_what_they_are": _fields(
        "admin accounts.User.", "name", "email", "role", "password1", "password2"
    ),
    f"{_INVITING}::test_an_owner_invites_a_member_who_signs_in": ("admin accounts.User.invite",),
    f"{_FORGOTTEN}::test_a_member_who_forgot_chooses_a_new_one_and_is_signed_out_elsewhere": (
        "desk ForgottenForm.email",
        *_fields("desk NewPasswordForm.", "password1", "password2"),
    ),
    f"{_MEMBERS_PHONES}::test_an_owner_sets_and_takes_it_off": ("admin accounts.User.phone",),
    f"{_MEMBERS_PHONES}::test_staff_set_their_own": ("page own_phone.html phone",),
    f"{_DOORS}people.py::test_a_member_who_may_not_sign_in_is_out_at_once": (
        "admin accounts.User.is_active",
    ),
    f"{_DOORS}people.py::test_a_password_that_was_set_is_the_one_that_opens": _fields(
        "admin accounts.User.set_password.", "password1", "password2"
    ),
    f"{_DOORS}people.py::test_a_key_is_its_users_and_may_do_what_was_ticked_until_it_expires": _fields(
        "admin accounts.ApiKey.", "name", "user", "scopes", "expires_at"
    ),
    f"{_DOORS}people.py::test_a_key_of_ones_own_may_do_what_was_ticked_for_the_days_that_were_chosen": _fields(
        "desk KeyForm.", "name", "scopes", "days"
    ),
    f"{_DOORS}people.py::test_the_sign_in_opens_with_an_e_mail_and_its_password": _fields(
        "desk SignInForm.", "username", "password"
    ),
    "tests/snoutos/access/test_sign_in.py::test_an_own_new_password_is_told_and_ends_other_sessions": _fields(
        "desk OwnPasswordForm.", "old_password", "new_password1", "new_password2"
    ),
    # Clients, sitters, opt-outs
    f"{_DOORS}people.py::test_a_new_clients_phones_are_known_and_their_card_says_the_rest": _fields(
        "admin messaging.Client.", "name", "phones", "pets", "notes"
    ),
    f"{_DOORS}people.py::test_a_second_phone_is_the_clients_and_called_what_it_was_called": _fields(
        "admin messaging.Client.clientphone.", "e164", "label"
    ),
    # Phones over time
    f"{_PHONES}::test_a_phone_is_replaced_after_a_look": _fields(
        "api POST clients/{public_id}/",
        "preview-phone/ phone",
        "preview-phone/ new_phone",
        "replace-phone/ phone",
        "replace-phone/ new_phone",
    ),
    f"{_PHONES}::test_one_more_phone_is_added_with_what_it_wrote": _fields(
        "api POST clients/{public_id}/add-phone/ ", "phone", "label"
    ),
    f"{_PHONES}::test_a_couple_shares_a_card_after_the_refusal_said_how": _fields(
        "api POST clients/{public_id}/add-partner/ ", "name", "phone"
    ),
    f"{_PHONE_PAGES}::test_a_couples_second_card_leads_to_the_first": _fields(
        "admin messaging.Client.share.", "name", "phone"
    ),
    f"{_PHONES}::test_a_phone_off_the_card_is_confirmed_once": (
        "api POST clients/{public_id}/remove-phone/ phone",
        "api POST threads/{thread}/messages/ still_theirs",
    ),
    f"{_PHONES}::test_somebody_elses_now_and_back_on_another_card": _fields(
        "api POST clients/{public_id}/", "give-phone/ phone", "give-phone/ client", "recycle-phone/ phone"
    ),
    "tests/api/test_consent.py::test_what_they_agreed_to_is_recorded_and_listed": _fields(
        "api POST clients/{public_id}/consents/ ",
        "phone",
        "purpose",
        "channel",
        "given_at",
        "wording",
        "evidence",
    ),
    "tests/desk/test_consent_page.py::test_what_they_agreed_to_is_recorded_and_stands_on_the_sheet": _fields(
        "desk ConsentForm.", "agreed_on", "purpose", "channel", "at", "wording", "evidence"
    ),
    f"{_PHONES}::test_two_cards_become_one": ("api POST clients/{public_id}/merge/ client",),
    f"{_PHONES}::test_a_sitters_phone_changes": ("api POST sitters/{public_id}/change-phone/ phone",),
    f"{_PHONES}::test_a_members_phone_changes_and_the_office_writes_to_them": (
        "api POST members/{public_id}/change-phone/ phone",
        "api POST threads/ member",
    ),
    f"{_PHONES}::test_a_conversation_moves": _fields(
        "api POST threads/{public_id}/", "move/ number", "preview-move/ number"
    ),
    f"{_PHONE_PAGES}::test_what_a_change_would_do_is_shown_before_it_is_done": ("page phones.html new",),
    "tests/desk/test_triage.py::test_one_press_takes_it_and_it_is_among_mine": ("page _triage.html member",),
    "tests/desk/test_triage.py::test_another_time_is_the_business_own": _fields(
        "desk SnoozeForm.", "snooze", "back_at"
    ),
    "tests/desk/test_triage.py::test_tags_are_saved_and_lead_to_their_conversations": ("desk TagsForm.tags",),
    "tests/api/test_triage.py::test_a_conversation_is_given_to_a_member": (
        "api POST threads/{public_id}/give/ member",
    ),
    "tests/api/test_triage.py::test_it_is_snoozed_and_woken": ("api POST threads/{public_id}/snooze/ until",),
    "tests/api/test_triage.py::test_its_tags_are_set": ("api POST threads/{public_id}/tags/ tags",),
    f"{_PHONE_PAGES}::test_a_phone_off_the_card_is_asked_about_once": ("desk TextForm.still_theirs",),
    f"{_PHONE_PAGES}::test_to_another_card": ("page phones.html client",),
    f"{_PHONE_PAGES}::test_two_cards_are_merged_after_a_look": ("page merge.html client",),
    f"{_PHONE_PAGES}::test_the_move_is_shown_then_made_with_a_first_text": (
        "desk MoveForm.number",
        "desk MoveForm.text",
    ),
    # Files of people
    f"{_IMPORTS}::test_from_file_to_clients_and_back": ("desk ImportForm.file",),
    f"{_IMPORTS}::test_the_kind_that_was_chosen_decides_whom_the_file_adds": ("desk ImportForm.kind",),
    f"{_IMPORTS}::test_columns_are_chosen_on_the_page": ("page _import_draft.html column-*",),
    "tests/api/test_imports.py::test_upload_start_rows_undo": ("api POST imports/ file",),
    "tests/api/test_imports.py::test_the_kind_says_whom_the_file_adds": ("api POST imports/ kind",),
    "tests/api/test_imports.py::test_columns_with_the_file_and_afterwards": (
        "api POST imports/ columns",
        "api POST imports/{public_id}/columns/ columns",
    ),
    f"{_DOORS}people.py::test_a_clients_zone_is_where_their_quiet_hours_are": (
        "admin messaging.Client.timezone",
    ),
    f"{_DOORS}people.py::test_a_clients_vet_may_be_named_by_their_sitter": (
        "admin messaging.Client.vet_phones",
    ),
    f"{_DOORS}people.py::test_a_new_sitter_texts_from_their_phone_and_reads_with_their_sign_in": _fields(
        "admin messaging.Sitter.", "name", "phone", "user"
    ),
    f"{_STAFFING}::test_what_ends_is_shown_and_then_done": _fields("desk LeavingForm.", "hand_to", "move_to"),
    f"{_STAFFING}::test_a_new_sitter_with_a_first_text_in_your_words": _fields(
        "desk JoiningForm.", "name", "their_phone", "number", "welcome"
    ),
    f"{_STAFFING}::test_by_the_api": (
        *_fields("api POST sitters/{public_id}/offboard/ ", "hand_to", "move_to"),
        *_fields("api POST sitters/onboard/ ", "name", "phone", "number", "welcome"),
    ),
    f"{_DOORS}people.py::test_a_phone_that_is_opted_out_gets_no_text": ("admin messaging.OptOut.e164",),
    "tests/desk/test_conversation.py::test_an_unknown_sender_becomes_a_new_client": _fields(
        "desk NewClientForm.", "name", "pets", "notes"
    ),
    "tests/desk/test_conversation.py::test_an_unknown_sender_becomes_a_client_that_is_there": (
        "page _about.html client",
    ),
    f"{_DOORS}api.py::test_a_client_is_known_by_what_the_body_said": _fields(
        "api POST clients/ ", "name", "phones", "pets", "notes"
    ),
    # Numbers and the provider
    f"{_BUYING}::test_a_number_is_found_bought_and_in_use": (
        *_fields("desk BoughtNumberForm.", "number", "role", "sitter", "label"),
        "page buy_number.html area_code",
    ),
    f"{_BUYING}::test_by_area_code_and_by_digits": ("page buy_number.html contains",),
    f"{_BUYING}::test_the_account_that_is_chosen_sells": ("page buy_number.html account",),
    f"{_OWNED}::test_a_ticked_number_is_added_with_its_role_sitter_and_label": (
        *_fields("desk OwnedNumberForm.", "role", "sitter", "label"),
        *_fields("page add_numbers.html ", "*-role", "*-sitter", "*-label"),
    ),
    f"{_LISTS}::test_a_pasted_list_is_looked_at_and_then_added": _fields(
        "desk NumbersListForm.", "numbers", "role"
    ),
    f"{_LISTS}::test_a_file_with_headings_gives_each_its_role_label_and_sitter": (
        "desk NumbersListForm.file",
    ),
    f"{_LISTS}::test_the_account_that_is_chosen_is_asked": ("page add_numbers_list.html account",),
    f"{_OWNED}::test_another_business_numbers_and_accounts_stay_theirs": ("page add_numbers.html account",),
    f"{_DOORS}numbers.py::test_a_number_that_was_added_takes_texts_by_its_role": _fields(
        "admin messaging.MessageNumber.", "e164", "label", "role"
    ),
    f"{_DOORS}numbers.py::test_a_sitters_number_is_theirs_and_a_changed_role_another_beginning": (
        "admin messaging.MessageNumber.sitter",
    ),
    f"{_DOORS}numbers.py::test_calls_ring_the_phone_that_was_chosen_last": (
        *_fields("admin messaging.MessageNumber.calls.", "goes_to", "phone"),
        *_fields("api POST numbers/{public_id}/calls/ ", "call_handling", "call_phone", "call_member"),
    ),
    f"{_DOORS}numbers.py::test_callers_can_leave_a_voicemail_where_it_was_chosen": (
        "admin messaging.MessageNumber.calls.voicemail",
        "api POST numbers/{public_id}/calls/ call_voicemail",
    ),
    f"{_DOORS}numbers.py::test_missed_callers_are_texted_what_was_written_last": (
        "admin messaging.MessageNumber.calls.text",
        "api POST numbers/{public_id}/calls/ call_text",
    ),
    f"{_DOORS}numbers.py::test_closed_calls_are_what_was_chosen_last": (
        *_fields("admin messaging.MessageNumber.closed_calls.", "goes_to", "phone", "sentence"),
        *_fields(
            "api POST numbers/{public_id}/closed-calls/ ",
            "closed_handling",
            "closed_phone",
            "closed_member",
            "closed_sentence",
        ),
    ),
    f"{_DOORS}numbers.py::test_callers_hear_the_sentence_that_was_written_last": (
        "admin messaging.MessageNumber.calls.sentence",
        "api POST numbers/{public_id}/calls/ call_sentence",
    ),
    f"{_DOORS}numbers.py::test_a_number_belongs_to_the_account_that_was_chosen": (
        "admin messaging.MessageNumber.account",
    ),
    f"{_NUMBERS}::test_what_it_touches_is_shown_and_then_done": _fields(
        "desk VacatingForm.", "reason", "move_to", "text"
    ),
    f"{_NUMBERS}::test_a_number_is_paused_after_a_look": _fields(
        "api POST numbers/{public_id}/pause/ ", "reason", "move_to", "text"
    ),
    f"{_NUMBERS}::test_a_number_is_released_after_a_look": _fields(
        "api POST numbers/{public_id}/release/ ", "reason", "move_to", "text"
    ),
    f"{_NUMBERS}::test_a_number_gets_another_role": _fields(
        "api POST numbers/{public_id}/role/ ", "role", "sitter"
    ),
    f"{_INVENTORY}::test_a_number_sends_at_the_pace_that_was_typed": _fields(
        "admin messaging.MessageNumber.pace.", "segments_per_second", "burst"
    ),
    f"{_TOGETHER}::test_several_get_a_label": ("desk SeveralNumbersForm.label",),
    f"{_NUMBERS}::test_a_number_gets_another_label": ("api POST numbers/{public_id}/label/ label",),
    f"{_TOGETHER}::test_several_get_a_role": ("desk SeveralNumbersForm.role",),
    f"{_TOGETHER}::test_several_are_paused_with_one_reason": ("desk SeveralNumbersForm.reason",),
    f"{_DOORS}numbers.py::test_an_account_that_was_added_takes_its_texts_with_its_token": _fields(
        "admin messaging.ProviderAccount.", "label", "sid", "auth_token"
    ),
    f"{_COMPARISON}::test_the_account_that_is_chosen_is_shown": ("page compare.html account",),
    f"{_SERVICES}::test_texts_of_numbers_in_it_name_it_beside_their_number": (
        "admin messaging.ProviderAccount.messaging_service_sid",
    ),
    f"{_DOORS}numbers.py::test_tokens_are_exchanged_and_the_previous_one_opens_too": (
        "admin messaging.ProviderAccount.previous_auth_token",
    ),
    f"{_DOORS}numbers.py::test_an_api_key_signs_in_at_the_provider": _fields(
        "admin messaging.ProviderAccount.", "api_key_sid", "api_key_secret"
    ),
    # Visits, redirects, routing
    f"{_DOORS}settings.py::test_sitters_are_told_of_visits_while_they_are_to": (
        "admin accounts.Organization.tell_sitters_of_visits",
    ),
    f"{_DOORS}schedule.py::test_a_visit_puts_its_sitter_on_duty_from_to": _fields(
        "admin messaging.Visit.", "client", "sitter", "starts_at", "ends_at", "visit_type"
    ),
    "tests/desk/test_visits.py::test_the_page_of_a_running_visit_lets_its_start_be": _fields(
        "admin messaging.AssignmentWindow.", "sitter", "starts_at", "ends_at"
    ),
    f"{_DOORS}api.py::test_a_clients_visit_puts_on_duty_whom_the_body_names": (
        *_fields("api POST visits/ ", "client", "sitter", "starts_at", "ends_at", "visit_type"),
        *_fields("api PATCH visits/{public_id}/ ", "sitter", "starts_at", "ends_at"),
        *_fields("api POST visits/{public_id}/hand-over/ ", "to", "at"),
        *_fields("api POST visits/{public_id}/preview-hand-over/ ", "to", "at"),
    ),
    f"{_DOORS}schedule.py::test_a_redirect_to_a_sitter_holds_until_the_time_that_was_typed": _fields(
        "admin messaging.RoutingOverride.", "thread", "sitter", "ends_at", "reason"
    ),
    f"{_DOORS}schedule.py::test_a_redirect_to_the_owner_holds_for_the_hours_that_were_chosen": _fields(
        "admin messaging.RoutingOverride.", "target", "lasts"
    ),
    "tests/desk/test_visits.py::test_what_it_does_is_shown_and_then_done": ("desk HandOverForm.to",),
    "tests/desk/test_visits.py::test_at_a_time_to_come": ("desk HandOverForm.at_time",),
    "tests/api/test_hand_over.py::test_a_visit_is_handed_over_after_a_look": (
        *_fields("api POST windows/{public_id}/hand-over/ ", "to", "at"),
        *_fields("api POST windows/{public_id}/preview-hand-over/ ", "to", "at"),
    ),
    "tests/desk/test_sitter_out.py::test_their_visits_and_who_is_free_are_shown_and_then_handed_over": (
        "page sitter_out.html *",
    ),
    "tests/desk/test_sitter_out.py::test_until_when_is_typed": _fields(
        "desk SitterOutForm.", "starts_at", "ends_at"
    ),
    "tests/api/test_sitter_out.py::test_their_visits_are_handed_over_after_a_look": (
        *_fields("api POST sitters/{public_id}/preview-out/ ", "starts_at", "ends_at"),
        *_fields("api POST sitters/{public_id}/out/ ", "starts_at", "ends_at", "visits"),
    ),
    "tests/desk/test_calendar.py::test_each_visit_stands_with_its_sitter_on_its_day_and_leads_to_its_page": (
        "page calendar.html date",
    ),
    "tests/desk/test_conversation.py::test_assigning_a_sitter": _fields(
        "desk AssignForm.", "sitter", "starts_at", "ends_at", "visit_type"
    ),
    "tests/desk/test_conversation.py::test_an_override_lasts_as_long_as_said_and_can_be_removed": _fields(
        "desk OverrideForm.", "to", "hours", "reason"
    ),
    f"{_DOORS}api.py::test_visits_and_redirects_put_on_duty_whom_the_body_names": (
        *_fields("api POST windows/ ", "thread", "sitter", "starts_at", "ends_at", "visit_type"),
        *_fields("api PATCH windows/{public_id}/ ", "sitter", "starts_at", "ends_at"),
        *_fields("api POST overrides/ ", "thread", "target", "sitter", "ends_at", "reason"),
    ),
    "tests/api/test_writing.py::test_the_simulator_answers_and_writes_nothing": _fields(
        "api POST routing/simulate/ ", "thread", "at", "what_if"
    ),
    # Texts and their review
    "tests/desk/test_conversation.py::test_a_reply_is_sent_once_however_often_the_form_arrives": _fields(
        "desk TextForm.", "body", "nonce"
    ),
    "tests/api/test_writing.py::test_an_owners_text_leaves_from_the_threads_number": (
        "api POST threads/{thread}/messages/ body",
    ),
    "tests/api/test_writing.py::test_a_note_never_leaves": ("api POST threads/{thread}/notes/ body",),
    "tests/api/test_starting.py::test_with_a_client_by_the_phone_that_has_not_said_stop": _fields(
        "api POST threads/ ", "client", "phone"
    ),
    "tests/api/test_starting.py::test_with_a_sitter": ("api POST threads/ sitter",),
    "tests/api/test_starting.py::test_over_another_number": ("api POST threads/ number",),
    f"{_START}::test_a_text_is_sent_once_however_often_the_form_arrives": _fields(
        "desk StartForm.", "then", "body", "nonce"
    ),
    f"{_START}::test_the_phone_and_number_that_are_chosen_are_the_conversations": (
        "desk StartForm.over",
        "page _start_form.html phone",
    ),
    f"{_START}::test_clients_and_sitters_are_found_by_name_pet_and_phone": ("page start.html q",),
    "tests/api/test_me.py::test_a_clean_text_leaves": ("api POST me/threads/{thread}/messages/ body",),
    "tests/desk/test_inbox.py::test_search_finds_names_pets_phones_and_words": ("page inbox.html q",),
    "tests/desk/test_review_page.py::test_editing_sends_the_owners_words_and_keeps_the_sitters": _fields(
        "desk DecisionForm.", "decision", "body"
    ),
    "tests/desk/test_review_page.py::test_rejecting_needs_a_reason": ("desk DecisionForm.note",),
    "tests/desk/test_review_page.py::test_allowing_a_number_from_now_on_sends_the_text": _fields(
        "desk AllowForm.", "kind", "value"
    ),
    "tests/desk/test_review_page.py::test_texts_of_one_sitter_with_the_same_found_are_approved_at_once": (
        "desk TogetherForm.messages",
    ),
    "tests/api/test_writing.py::test_a_held_text_is_decided_once": (
        "api POST review/{public_id}/edit/ body",
        "api POST review/{public_id}/reject/ note",
    ),
    "tests/api/test_review.py::test_allowing_a_number_sends_the_text_once": _fields(
        "api POST review/{public_id}/allow/ ", "kind", "value"
    ),
    "tests/api/test_review.py::test_several_are_approved_together_and_again_nothing_happens": (
        "api POST review/approve-together/ messages",
    ),
    f"{_DOORS}schedule.py::test_an_allowed_contact_may_be_written": _fields(
        "admin policy.AllowedContact.", "kind", "value", "note"
    ),
    "tests/desk/test_canned.py::test_a_reply_is_kept_for_everyone_or_oneself_and_changed": _fields(
        "admin automations.CannedReply.", "name", "body", "for_all"
    ),
    f"{_DOORS}schedule.py::test_a_rule_of_screening_says_what_is_done_with_what_by_whom": _fields(
        "admin policy.ScreeningRule.", "author_kind", "finding_kind", "action"
    ),
    # Automations: the builder and the tests on a conversation
    f"{_BUILDER}::test_a_rule_is_kept_as_a_draft_with_who_made_it": ("page _form.html description",),
    f"{_BUILDER}::test_buttons_reshape_the_form_and_keep_what_was_typed": ("page _form.html adding",),
    f"{_BUILDER}::test_another_trigger_brings_its_own_settings_and_what_may_be_asked": (
        "page _form.html trigger.kind",
    ),
    _OPENED: (
        *_fields("page _form.html ", "lane", "urgent", "urgent_reason"),
        *_fields("page _question.html *.", "field", "op", "path", "value"),
        "page _group.html *.join",
        "page _action.html *.on_failure",
    ),
    f"{_PAGES}::test_a_test_shows_everything_sends_nothing_and_makes_it_tested": _fields(
        "desk SceneForm.", "scene", "text"
    ),
    f"{_PAGES}::test_a_made_up_event_is_played": ("desk SceneForm.event",),
    f"{_DOORS}rules.py::test_limits_hold_as_the_owner_sets_them": _fields(
        "desk LimitsForm.", "texts_per_client_and_day", "texts_per_hour"
    ),
    # Automations: what triggers and actions ask for
    f"{_DOORS}rules.py::test_a_visits_moment_is_so_many_minutes_off": _fields(
        "rule window.", "starting.minutes", "started.minutes", "ending.minutes", "ended.minutes"
    ),
    f"{_DOORS}rules.py::test_a_set_time_keeps_to_its_days": _fields("rule schedule.", "weekdays", "at"),
    f"{_TIME}::test_a_set_time_for_each_visit_of_the_day_after": ("rule schedule.each",),
    f"{_DOORS}rules.py::test_a_trigger_takes_what_was_chosen": (
        "rule delivery.failed.only",
        "rule number.health_changed.to",
    ),
    f"{_DOORS}rules.py::test_a_tag_is_put_on_or_taken_off": _fields("rule tag_thread.", "tag", "remove"),
    f"{_ENGINE}::test_a_wait_goes_on_when_its_time_has_come": ("rule wait.minutes",),
    f"{_DOORS}rules.py::test_a_wait_until_a_time_of_day_ends_at_its_next_one": ("rule wait.until",),
    f"{_ENGINE}::test_a_text_that_comes_in_is_answered_once": ("rule text_client.body",),
    "tests/messaging/consent/test_purposes.py::test_a_rule_for_offers_says_why_it_sent_none": (
        "rule text_client.purpose",
    ),
    f"{_DOORS}rules.py::test_the_sitter_gets_the_words_of_the_rule": ("rule text_sitter.body",),
    f"{_ENGINE}::test_a_note_says_what_the_text_said": ("rule add_note.body",),
    f"{_DOORS}rules.py::test_the_owner_is_alerted_in_the_words_and_as_urgently_as_the_rule_says": _fields(
        "rule notify_owner.", "say", "severity"
    ),
    "tests/automations/test_webhook_step.py::test_the_owner_is_mailed_once_without_anybodys_words": (
        "rule notify_owner.email",
    ),
    "tests/automations/test_webhook_step.py::test_it_says_which_rows_and_nobodys_words": (
        "rule call_webhook.url",
    ),
    f"{_DOORS}rules.py::test_a_conversation_is_the_owners_for_the_hours_and_reason_of_the_rule": _fields(
        "rule set_override.", "hours", "reason"
    ),
    f"{_ENGINE}::test_a_sitters_text_counts_by_app_as_by_phone": ("rule message.received.author",),
    f"{_TIME}::test_a_text_that_waits_for_so_long_sets_it_off_once": ("rule message.unanswered.minutes",),
    f"{_TIME}::test_whose_answer_counts_can_be_chosen": ("rule message.unanswered.reply_by",),
    f"{_TIME}::test_a_sitter_waits_for_the_office_not_for_the_client": ("rule message.unanswered.waiting",),
    f"{_DOORS}api.py::test_an_event_is_known_by_its_name_and_carries_its_data": (
        "rule event.name",
        *_fields("api POST events/ ", "name", "data", "thread"),
    ),
    # Automations: the API
    f"{_DOORS}api.py::test_a_rule_does_what_its_body_said_and_after_a_change_what_that_said": (
        *_fields("api POST automations/ ", *_RULE_BODY),
        *_fields("api PATCH automations/{public_id}/ ", *_RULE_BODY),
    ),
    f"{_DOORS}api.py::test_why_it_is_urgent_and_what_it_is_for_can_be_read_by_everybody": (
        *_fields("api POST automations/ ", "name", "description"),
        *_fields("api POST automations/{public_id}/rename/ ", "name", "description"),
    ),
    f"{_DOORS}api.py::test_a_preview_plays_the_body_on_the_text_that_was_typed": _fields(
        "api POST automations/{public_id}/preview/ ", "actions", "conditions", "text", "thread"
    ),
    f"{_DOORS}api.py::test_a_preview_is_of_its_own_trigger_lane_and_urgency": _fields(
        "api POST automations/{public_id}/preview/ ",
        "trigger",
        "lane",
        "is_urgent",
        "urgent_reason",
        "event_data",
    ),
    f"{_DOORS}api.py::test_a_test_plays_the_conversation_and_text_that_were_chosen": _fields(
        "api POST automations/{public_id}/test/ ", "thread", "text"
    ),
    "tests/api/test_automations.py::test_a_rule_is_made_tested_switched_on_paused_and_archived": (
        "api POST automations/{public_id}/test/ event_data",
    ),
    f"{_DOORS}api.py::test_the_past_is_tried_with_what_the_body_says": _fields(
        "api POST automations/{public_id}/try/ ", *_RULE_BODY
    ),
    "tests/api/test_automations.py::test_an_event_is_about_a_clients_newest_open_conversation": (
        "api POST events/ client",
    ),
}
