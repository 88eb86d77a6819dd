"""What holds for every text there is."""

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from policy.detector import AllowList, find, redact
from policy.detector.normalise import collapse, view
from tests.policy.detector.texts import anything, messages
from tests.searching import searched

_AREAS = st.sampled_from(("212", "305", "312", "415", "503", "617", "619", "713", "718", "917"))
_WAYS = st.sampled_from(
    ("{}-{}-{}", "({}) {}-{}", "{} {} {}", "{}.{}.{}", "+1 {} {} {}", "{}{}{}", "1-{}-{}-{}")
)


@searched(250)
@given(messages)
def test_findings_lie_in_the_text_and_in_order(text: str) -> None:
    findings = find(text)
    assert all(0 <= f.start < f.end <= len(text) for f in findings)
    assert all(0.5 <= f.score <= 1 and f.reasons and f.rule for f in findings)
    assert [f.start for f in findings] == sorted(f.start for f in findings)


@searched(250)
@given(messages)
def test_contacts_do_not_overlap(text: str) -> None:
    contacts = [f for f in find(text) if f.kind != "intent"]
    assert all(one.end <= other.start for one, other in pairwise(contacts))


@searched(150)
@given(messages)
def test_screening_is_deterministic(text: str) -> None:
    assert find(text) == find(text)


@searched(300)
@given(messages)
def test_nothing_is_found_in_a_redacted_text(text: str) -> None:
    assert find(redact(text, find(text))) == []


@searched(100)
@given(messages)
def test_redaction_touches_only_texts_with_findings(text: str) -> None:
    findings = find(text)
    assert redact(text, findings) == text if not findings else "[removed]" in redact(text, findings)


@searched(200)
@given(anything)
def test_every_position_of_a_view_maps_into_the_original(text: str) -> None:
    for seen in (view(text), collapse(view(text))):
        spans = [seen.span(i, i + 1) for i in range(len(seen.text))]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(one[0] <= other[0] for one, other in pairwise(spans))
        assert len(seen.cased()) == len(seen.text)


@searched(200)
@given(st.text(st.characters(categories=["Nd"]), min_size=1, max_size=20))
def test_digits_of_every_script_read_as_digits(text: str) -> None:
    assert view(text).text == "".join(str(unicodedata.decimal(char)) for char in text)


@searched(200)
@given(_AREAS, st.integers(200, 999), st.integers(0, 9999), _WAYS)
def test_a_number_is_found_however_it_is_written_and_allowed_when_it_is_named(
    area: str, exchange: int, line: int, way: str
) -> None:
    written = way.format(area, f"{exchange}", f"{line:04}")
    text = f"call me on {written} please"
    start = text.index(written)
    (finding,) = find(text)
    assert finding.kind == "phone"
    assert (finding.start, finding.end) == (start, start + len(written))
    allow = AllowList(numbers=frozenset((f"+1{area}{exchange}{line:04}",)))
    assert find(text, allow=allow) == []
    assert find(written, allow=allow) == []


@searched(100)
@given(
    st.from_regex(r"[a-z]{6,12}[0-9]{0,2}", fullmatch=True), st.sampled_from(("com", "net", "co.uk", "pet"))
)
def test_an_allowed_domain_alone_is_never_flagged(name: str, ending: str) -> None:
    allow = AllowList(domains=frozenset((f"{name}.{ending}",)))
    for text in (f"https://{name}.{ending}/x", f"www.{name}.{ending}", f"mail hello@{name}.{ending}"):
        assert find(text)
        assert find(text, allow=allow) == []
