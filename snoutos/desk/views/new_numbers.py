"""“Add numbers”, those that the business owns at the provider, and “Buy a number”."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from messaging import permissions as may
from messaging.models import ProviderAccount, Sitter
from messaging.models.numbers import NumberRole
from messaging.models.phones import display
from messaging.numbers import buying, owned
from messaging.numbers.owned import Owned
from messaging.providers.accounts import credentials_of
from messaging.providers.base import OfferedNumber
from messaging.spreadsheets import numbers as lists
from messaging.spreadsheets.numbers import NumbersRead, Wanted
from snoutos.adminkit.rows import address
from snoutos.core.problems import Problem
from snoutos.desk import forms
from snoutos.desk.request import DeskRequest, desk_page


@dataclass(frozen=True, slots=True)
class _Row:
    """One number on the page, with what was chosen for it."""

    number: Owned
    shown: str
    state: str
    chosen: dict[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.MANAGE_NUMBERS)
def add(desk: DeskRequest) -> HttpResponse:
    """The account's numbers as the provider lists them now; a POST adds those that are ticked."""
    accounts, account = _accounts(desk)
    if account is None:
        return _page(desk, accounts, None, [])
    try:
        listed = owned.listing(account, by=desk.user)
    except Problem as problem:
        return _page(desk, accounts, account, [], faults=[problem.sentence], status=problem.status)
    if desk.request.method != "POST":
        return _page(desk, accounts, account, [_row(one) for one in listed])
    return _add(desk, accounts, account, listed)


def _add(
    desk: DeskRequest, accounts: list[ProviderAccount], account: ProviderAccount, listed: list[Owned]
) -> HttpResponse:
    """Each ticked number by itself: one that is refused keeps none of the others from being added."""
    ticked = set(desk.request.POST.getlist("number"))
    rows, added = [], 0
    for one in listed:
        if one.sid not in ticked or not one.is_free:
            rows.append(_row(one))
            continue
        form = forms.OwnedNumberForm(desk.request.POST, prefix=one.sid, organization=desk.organization)
        faults = form.faults if not form.is_valid() else _added(desk, account, one, form)
        added += not faults
        typed = {name: desk.request.POST.get(f"{one.sid}-{name}", "") for name in ("role", "sitter", "label")}
        rows.append(_row(one, {**typed, "ticked": "yes"}, faults) if faults else _row(one, done=True))
    if added:
        messages.success(desk.request, "1 number added." if added == 1 else f"{added} numbers added.")
    faulty = any(row.faults for row in rows)
    if added and not faulty:
        return HttpResponseRedirect(reverse("admin:messaging_messagenumber_changelist"), status=303)
    faults = [] if faulty else ["Tick the numbers you want to use."]
    return _page(desk, accounts, account, rows, faults=faults, status=422)


def _added(
    desk: DeskRequest, account: ProviderAccount, one: Owned, form: forms.OwnedNumberForm
) -> Sequence[str]:
    try:
        prepared = owned.prepare(credentials_of(account), one.e164, at=desk.at)
        owned.add(prepared, account=account, **form.cleaned_data, by=desk.user, at=desk.at)
    except Problem as problem:
        return [problem.sentence]
    return []


def _row(
    one: Owned, chosen: dict[str, str] | None = None, faults: Sequence[str] = (), *, done: bool = False
) -> _Row:
    name = one.name if one.name not in ("", one.e164) else ""
    shown = " · ".join(part for part in (display(one.e164), name) if part)
    return _Row(one, shown, "Added" if done else one.hindrance, chosen or {}, tuple(faults))


def _page(
    desk: DeskRequest,
    accounts: list[ProviderAccount],
    account: ProviderAccount | None,
    rows: list[_Row],
    *,
    read: NumbersRead | None = None,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """`read`: the list that `rows` are of; without one they are all that the account owns."""
    context = {
        "accounts": accounts,
        "account": account,
        "rows": rows,
        "read": read,
        "some_free": any(not row.state for row in rows),
        "roles": NumberRole.choices,
        "sitters": Sitter.objects.of(desk.organization).filter(is_active=True).order_by("name"),
        "faults": faults,
    }
    return desk.page("desk/add_numbers.html", context, title="Add numbers", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.MANAGE_NUMBERS)
def add_from_list(desk: DeskRequest) -> HttpResponse:
    """A list that is pasted or uploaded: a POST shows which of its numbers can be added, ready to be, and which can't and why."""
    accounts, account = _accounts(desk)
    if account is None or desk.request.method != "POST":
        return _list_page(desk, accounts, account)
    form = forms.NumbersListForm(desk.request.POST, desk.request.FILES, organization=desk.organization)
    if not form.is_valid():
        return _list_page(desk, accounts, account, faults=form.faults, status=422)
    try:
        listed = owned.listing(account, by=desk.user)
        read = lists.read(
            form.content, listed, organization=desk.organization, role=form.cleaned_data["role"]
        )
    except Problem as problem:
        return _list_page(desk, accounts, account, faults=[problem.sentence], status=problem.status)
    return _page(desk, accounts, account, [_wanted(one) for one in read.wanted], read=read)


def _wanted(one: Wanted) -> _Row:
    """Ticked, with what the list says of it."""
    chosen = {"ticked": "yes", "role": one.role, "label": one.label}
    return _row(one.number, chosen | {"sitter": str(one.sitter.public_id) if one.sitter else ""})


def _list_page(
    desk: DeskRequest,
    accounts: list[ProviderAccount],
    account: ProviderAccount | None,
    *,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "accounts": accounts,
        "account": account,
        "roles": NumberRole.choices,
        "asked": {name: desk.request.POST.get(name, "") for name in ("numbers", "role")},
        "most": lists.MOST,
        "faults": faults,
    }
    return desk.page("desk/add_numbers_list.html", context, title="Add numbers from a list", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.MANAGE_NUMBERS)
def buy(desk: DeskRequest) -> HttpResponse:
    """Numbers for sale by area code or digits; a POST buys the one that is chosen and puts it to use."""
    accounts, account = _accounts(desk)
    asked = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    if account is None or not (asked.get("area_code") or asked.get("contains")):
        return _shop(desk, accounts, account, [])
    faults: Sequence[str] = ()
    if desk.request.method == "POST":
        form = forms.BoughtNumberForm(desk.request.POST, organization=desk.organization)
        answer = _bought(desk, account, form) if form.is_valid() else form.faults
        if isinstance(answer, HttpResponse):
            return answer
        faults = answer
    try:
        wanted = {"area_code": asked.get("area_code", ""), "contains": asked.get("contains", "")}
        offers = buying.search(account, **wanted, by=desk.user)
    except Problem as problem:
        return _shop(desk, accounts, account, [], faults=[*faults, problem.sentence], status=problem.status)
    return _shop(desk, accounts, account, offers, faults=faults, status=422 if faults else 200)


def _bought(
    desk: DeskRequest, account: ProviderAccount, form: forms.BoughtNumberForm
) -> HttpResponse | Sequence[str]:
    asked = dict(form.cleaned_data)
    try:
        if asked["sitter"] is not None and asked["role"] != NumberRole.SITTER:
            # Before it costs anything.
            raise owned.SitterMissing
        prepared = buying.buy(account, asked.pop("number"), by=desk.user, at=desk.at)
        number = owned.add(prepared, account=account, **asked, by=desk.user, at=desk.at)
    except Problem as problem:
        return [problem.sentence]
    messages.success(desk.request, f"{display(number.e164)} is yours and in use.")
    return HttpResponseRedirect(address(number) or "..", status=303)


def _accounts(desk: DeskRequest) -> tuple[list[ProviderAccount], ProviderAccount | None]:
    """The business' accounts, and the one that was asked for or else the first."""
    accounts = list(ProviderAccount.objects.of(desk.organization).order_by("pk"))
    asked = desk.request.POST.get("account") or desk.request.GET.get("account")
    first = next(iter(accounts), None)
    return accounts, next((one for one in accounts if str(one.public_id) == asked), first)


def _shop(
    desk: DeskRequest,
    accounts: list[ProviderAccount],
    account: ProviderAccount | None,
    offers: Sequence[OfferedNumber],
    *,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    asked = desk.request.POST if desk.request.method == "POST" else desk.request.GET
    context = {
        "accounts": accounts,
        "account": account,
        "offers": [(one.e164, display(one.e164), one.place) for one in offers],
        "asked": {name: asked.get(name, "") for name in _ASKED},
        "searched": bool(asked.get("area_code") or asked.get("contains")),
        "roles": NumberRole.choices,
        "sitters": Sitter.objects.of(desk.organization).filter(is_active=True).order_by("name"),
        "faults": faults,
    }
    return desk.page("desk/buy_number.html", context, title="Buy a number", status=status)


_ASKED = ("area_code", "contains", "number", "role", "sitter", "label")
