"""Taking what was found out of a text, so that nothing is left to find."""

from collections.abc import Callable, Iterable, Sequence

from policy.detector.model import AllowList, Finding

# Removing one contact can bring another together (or end one that was cut); three rounds settle all but
# texts made to resist, which are then removed whole.
_ROUNDS = 3


def cover(text: str, spans: Iterable[tuple[int, int]], mark: str) -> str:
    """The text with every span replaced by `mark`; overlapping and touching spans become one mark."""
    pieces: list[str] = []
    done = 0
    for start, end in merge(spans):
        pieces += (text[done:start], mark)
        done = end
    return "".join([*pieces, text[done:]])


def merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same area as disjoint spans in order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def redact_until_clean(
    text: str,
    findings: Sequence[Finding],
    *,
    mark: str,
    allow: AllowList,
    find: Callable[[str, AllowList], list[Finding]],
) -> str:
    """Cover `findings`, screen what is left, and cover again what that shows."""
    if not findings:
        return text
    with_intent = any(finding.kind == "intent" for finding in findings)
    for _ in range(_ROUNDS):
        text = cover(text, ((finding.start, finding.end) for finding in findings), mark)
        findings = [f for f in find(text, allow) if with_intent or f.kind != "intent"]
        if not findings:
            return text
    return mark
