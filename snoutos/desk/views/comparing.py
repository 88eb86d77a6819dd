"""What SnoutOS and the provider disagree about: seen, asked about anew, and repaired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from messaging import permissions as may
from messaging.models import ProviderAccount, ProviderDifference
from messaging.models.differences import URGENT, DifferenceKind
from messaging.numbers import comparison, repairs
from messaging.wording.differences import ADVICE, REPAIR
from snoutos.adminkit.rows import address
from snoutos.core import timefmt
from snoutos.core.problems import Problem
from snoutos.desk.request import DeskRequest, desk_page


@dataclass(frozen=True, slots=True)
class _Row:
    """One difference on the page: what it is, since when, what to do, and the button or link that leads there."""

    difference: ProviderDifference
    title: str
    since: str
    advice: str
    urgent: bool
    button: str
    link: tuple[str, str] | None


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(may.COMPARE_PROVIDER, may.REPAIR_PROVIDER)
def show(desk: DeskRequest) -> HttpResponse:
    """The differences of an account; a POST compares anew, or repairs the one that it names."""
    desk.require(may.COMPARE_PROVIDER)
    accounts = list(ProviderAccount.objects.of(desk.organization).order_by("pk"))
    asked = desk.request.POST.get("account") or desk.request.GET.get("account")
    account = next((one for one in accounts if str(one.public_id) == asked), next(iter(accounts), None))
    if desk.request.method != "POST" or account is None:
        return _page(desk, accounts, account)
    try:
        if "difference" in desk.request.POST:
            _repair(desk, account, desk.request.POST["difference"])
        else:
            _compare(desk, account)
    except Problem as problem:
        fresh = ProviderAccount.objects.get(pk=account.pk)
        return _page(desk, accounts, fresh, faults=[problem.sentence], status=problem.status)
    where = f"{reverse('admin:provider_compare')}?account={account.public_id}"
    return HttpResponseRedirect(where, status=303)


def _compare(desk: DeskRequest, account: ProviderAccount) -> None:
    changed = comparison.run(account, by=desk.user, at=desk.at)
    told = f"New differences: {changed.new}. Gone: {changed.gone}." if changed.now else "No differences."
    messages.success(desk.request, f"Compared. {told}")


def _repair(desk: DeskRequest, account: ProviderAccount, asked: str) -> None:
    desk.require(may.REPAIR_PROVIDER)
    rows = ProviderDifference.objects.of(desk.organization).filter(account=account).select_related("account")
    difference = next((one for one in rows if str(one.public_id) == asked), None)
    if difference is None:
        raise Http404
    repairs.repair(difference, by=desk.user, at=desk.at)
    if ProviderDifference.objects.filter(pk=difference.pk).exists():
        messages.warning(
            desk.request, "It was set at the provider, and still differs. Compare again in a minute."
        )
    else:
        messages.success(desk.request, "Repaired.")


def _page(
    desk: DeskRequest,
    accounts: list[ProviderAccount],
    account: ProviderAccount | None,
    *,
    faults: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    rows = ProviderDifference.objects.filter(account=account).select_related("number", "account")
    shown = sorted((_row(desk, one) for one in rows), key=lambda row: (not row.urgent, row.difference.pk))
    context = {
        "accounts": accounts,
        "account": account,
        "rows": shown,
        "compared": _when(desk, account.compared_at) if account else "",
        "failed": _when(desk, account.comparison_failed_at) if account else "",
        "faults": faults,
    }
    return desk.page("desk/compare.html", context, title="Compare with your provider", status=status)


def _when(desk: DeskRequest, moment: datetime | None) -> str:
    return timefmt.stamp(moment, desk.zone, desk.at) if moment else ""


def _row(desk: DeskRequest, difference: ProviderDifference) -> _Row:
    kind = DifferenceKind(difference.kind)
    return _Row(
        difference=difference,
        title=str(difference),
        since=timefmt.stamp(difference.since, desk.zone, desk.at),
        advice=ADVICE[kind],
        urgent=kind in URGENT,
        button=REPAIR.get(kind, ""),
        link=_link(kind, difference),
    )


def _link(kind: DifferenceKind, difference: ProviderDifference) -> tuple[str, str] | None:
    """Where it is repaired by hand: the address and what it is called."""
    account = difference.account
    if kind == DifferenceKind.NUMBER_GONE and difference.number is not None:
        return reverse("admin:number_release", args=[difference.number.public_id]), "Release number…"
    if kind == DifferenceKind.UNRETURNED and difference.number is not None:
        return address(difference.number) or "", "The number's page"
    if kind == DifferenceKind.UNUSED:
        return f"{reverse('admin:numbers_add')}?account={account.public_id}", "Add it…"
    if kind in (DifferenceKind.CREDENTIALS, DifferenceKind.SERVICE_GONE):
        return address(account) or "", "The account's page"
    if kind == DifferenceKind.CLOSED:
        return reverse("admin:messaging_provideraccount_add"), "Connect another account"
    return None
