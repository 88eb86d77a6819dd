"""How well the contact-leak detector reads labelled texts, next to what a library and two patterns do.

python -m benchmarks.detector [SET ...] [--allowlist FILE] [--json OUT]

A set is the name of a file in benchmarks/data without its ending; all of `SETS` when none is named.

Definitions. A message is flagged when a contact or a disguised one (any kind but intent) is found in it. A labelled contact is
hit when findings of its kind cover at least 30 % of it. A finding is right when it overlaps a contact of its
kind by at least half of the shorter of the two. "cover95" is the share of messages in which at least 95 % of
the letters and digits of every contact are covered: what redaction needs. Threads are screened with a
sender's last four texts joined by line ends, and with `Conversation`.
"""

import argparse
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import phonenumbers

from benchmarks.labelled import (
    DATA,
    NOTICED,
    SETS,
    Answer,
    Row,
    Span,
    allowed,
    file_of,
    lines,
    rows_of,
)
from policy.detector import AllowList, Conversation, find

ROUNDS = 3
Detector = Callable[[str], list[Span]]


def main() -> None:
    options = _options()
    allow = allowed(options.allowlist)
    reports = {name: _measured(name, allow) for name in options.sets or SETS}
    for name, report in reports.items():
        print(f"\n{name}.jsonl, {len(rows_of(file_of(name)))} texts")
        print_report(report)
    if options.json:
        Path(options.json).write_text(json.dumps(reports, indent=1), encoding="utf-8")


def figures(name: str) -> dict[str, Any]:
    """The detector's figures on one set of labelled texts, without timing."""
    allow = allowed(DATA / "allowlist.json")
    threads = file_of(SETS[name])
    report = _report(_ours(allow), rows_of(file_of(name)), threads)
    return report | {"conversation": _conversations(threads, allow)}


def _measured(name: str, allow: AllowList) -> dict[str, Any]:
    """The detector and the baseline on one set, measured in turn."""
    rows, threads = rows_of(file_of(name)), file_of(SETS.get(name, "threads_dev"))
    detectors: dict[str, Detector] = {"detector": _ours(allow), "baseline": _baseline(allow)}
    report = {
        kind: _report(detector, rows, threads) | {"timing": _timing(detector, rows)}
        for kind, detector in detectors.items()
    }
    report["detector"]["conversation"] = _conversations(threads, allow)
    return report


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Score the contact-leak detector on labelled texts.")
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--allowlist", type=Path, default=DATA / "allowlist.json")
    parser.add_argument("--json")
    return parser.parse_args()


def _ours(allow: AllowList) -> Detector:
    def detect(text: str) -> list[Span]:
        return [Span(f.start, f.end, frozenset((f.kind,))) for f in find(text, allow=allow)]

    return detect


def _baseline(allow: AllowList) -> Detector:
    """libphonenumber's matcher at its VALID level, an e-mail pattern and a link pattern."""
    email = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
    link = re.compile(
        r"(?:https?://|www\.)\S{3,200}|\b(?:[\w-]{1,63}\.)+(?:com|net|org|io|co|me|info|biz|us)\b\S{0,99}"
    )

    def detect(text: str) -> list[Span]:
        matches = phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.VALID)
        found = [
            Span(m.start, m.end, frozenset(("phone",)))
            for m in matches
            if phonenumbers.format_number(m.number, phonenumbers.PhoneNumberFormat.E164) not in allow.numbers
        ]
        found += [Span(*m.span(), frozenset(("email",))) for m in email.finditer(text)]
        found += [
            Span(*m.span(), frozenset(("url",)))
            for m in link.finditer(text)
            if not any(domain in m[0].lower() for domain in allow.domains)
        ]
        return found

    return detect


def _report(detector: Detector, rows: list[Row], threads: Path) -> dict[str, Any]:
    answers = [Answer(row, tuple(detector(row.text))) for row in rows]
    return {
        **_messages(answers),
        **_spans(answers),
        "recall": _recall(answers),
        "kinds": _kinds(answers),
        "false_positives": _false_positives(answers),
        "worst_families": _worst(answers),
        "intent": _intent(answers),
        "threads": _windows(detector, threads),
    }


def _messages(answers: list[Answer]) -> dict[str, Any]:
    count = Counter((a.row.group, bool(a.contacts)) for a in answers)
    hits, misses, alarms = count["pos", True], count["pos", False], count["neg", True]
    return {
        "precision": _share(hits, hits + alarms),
        "message_recall": _share(hits, hits + misses),
        "message_f1": _share(2 * hits, 2 * hits + alarms + misses),
    }


def _spans(answers: list[Answer]) -> dict[str, Any]:
    """Span figures over positives; findings in negatives count against precision."""
    labelled = hit = right = found = covered = positives = 0
    for answer in answers:
        if answer.row.group not in ("pos", "neg"):
            continue
        found += len(answer.typed)
        if answer.row.group == "neg":
            continue
        positives += 1
        covered += all(_is_covered(answer, label) for label in answer.row.spans)
        labelled += len(answer.row.spans)
        hit += sum(_is_hit(answer, label) for label in answer.row.spans)
        right += sum(any(_is_right(f, label) for label in answer.row.spans) for f in answer.typed)
    precision, recall = _share(right, found), _share(hit, labelled)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "span_precision": precision,
        "span_recall": recall,
        "span_f1": f1,
        "cover95": _share(covered, positives),
    }


def _is_hit(answer: Answer, label: Span) -> bool:
    covered = {
        i
        for f in answer.typed
        if f.kinds & label.kinds
        for i in range(max(f.start, label.start), min(f.end, label.end))
    }
    return len(covered) >= 0.3 * (label.end - label.start)


def _is_right(found: Span, label: Span) -> bool:
    shorter = min(found.end - found.start, label.end - label.start)
    return bool(found.kinds & label.kinds) and found.overlap(label) >= 0.5 * shorter


def _is_covered(answer: Answer, label: Span) -> bool:
    places = [i for i in range(label.start, label.end) if answer.row.text[i].isalnum()]
    places = places or list(range(label.start, label.end))
    covered = sum(any(f.start <= i < f.end for f in answer.contacts) for i in places)
    return covered >= 0.95 * len(places)


def _recall(answers: list[Answer]) -> dict[str, float]:
    """Share of flagged positives by difficulty."""
    by = defaultdict(list)
    for answer in answers:
        if answer.row.group == "pos":
            by[answer.row.difficulty].append(bool(answer.contacts))
    return {difficulty: _share(sum(flags), len(flags)) for difficulty, flags in sorted(by.items())}


def _kinds(answers: list[Answer]) -> dict[str, float]:
    """Share of flagged positives by the kind of their first contact."""
    by = defaultdict(list)
    for answer in answers:
        if answer.row.group == "pos" and answer.row.spans:
            by[answer.row.kind].append(bool(answer.contacts))
    return {kind: _share(sum(flags), len(flags)) for kind, flags in sorted(by.items())}


def _false_positives(answers: list[Answer]) -> dict[str, float]:
    """Share of flagged texts among those that hold no contact, by group."""
    by = defaultdict(list)
    for answer in answers:
        if answer.row.group in ("neg", "allowed"):
            by[answer.row.group].append(bool(answer.contacts))
    return {group: _share(sum(flags), len(flags)) for group, flags in sorted(by.items())}


def _worst(answers: list[Answer]) -> dict[str, float]:
    """Families whose answers are most often wrong: missed positives, flagged negatives."""
    wrong = defaultdict(list)
    for answer in answers:
        if answer.row.group in ("pos", "neg"):
            wrong[answer.row.family].append(bool(answer.contacts) != (answer.row.group == "pos"))
    rates = {family: _share(sum(flags), len(flags)) for family, flags in wrong.items()}
    return {family: rate for family, rate in sorted(rates.items(), key=lambda r: -r[1])[:6] if rate}


def _intent(answers: list[Answer]) -> dict[str, float]:
    by = defaultdict(list)
    for answer in answers:
        if answer.row.group in ("intent", "neg"):
            by[answer.row.group].append(
                bool(answer.found)
                if answer.row.group == "intent"
                else any("intent" in f.kinds for f in answer.found)
            )
    return {
        "recall": _share(sum(by["intent"]), len(by["intent"])),
        "false_positives": _share(sum(by["neg"]), len(by["neg"])),
    }


def _windows(detector: Detector, path: Path) -> dict[str, float]:
    """Threads screened as the sender's last four texts, joined by line ends."""

    def leaks(thread: dict[str, Any]) -> bool:
        said: dict[str, list[str]] = defaultdict(list)
        for message in thread["messages"]:
            said[message["sender"]].append(message["text"])
            if any(f.kinds & NOTICED for f in detector("\n".join(said[message["sender"]][-4:]))):
                return True
        return False

    return _thread_figures(path, leaks)


def _conversations(path: Path, allow: AllowList) -> dict[str, float]:
    """Threads replayed through `Conversation`, one text every ten seconds."""

    def leaks(thread: dict[str, Any]) -> bool:
        conversation = Conversation(allow=allow)
        at = datetime(2026, 1, 1, tzinfo=UTC)
        for message in thread["messages"]:
            at += timedelta(seconds=10)
            found = conversation.add(message["sender"], message["text"], at)
            if any(f.kind != "intent" for f in found):
                return True
        return False

    return _thread_figures(path, leaks)


def _thread_figures(path: Path, leaks: Callable[[dict[str, Any]], bool]) -> dict[str, float]:
    flags = defaultdict(list)
    for thread in lines(path):
        flags[bool(thread["leak"])].append(leaks(thread))
    return {
        "recall": _share(sum(flags[True]), len(flags[True])),
        "false_positives": _share(sum(flags[False]), len(flags[False])),
    }


def _timing(detector: Detector, rows: list[Row]) -> dict[str, float]:
    """The quickest of several rounds, so that other work on the machine counts least."""
    rounds = [[_seconds(detector, row.text) for row in rows] for _ in range(ROUNDS)]
    best = sorted(min(times) for times in zip(*rounds, strict=True))
    return {
        "p50_ms": 1e3 * best[len(best) // 2],
        "p99_ms": 1e3 * best[min(len(best) - 1, int(0.99 * len(best)))],
        "messages_per_s": len(rows) / min(map(sum, rounds)),
        "hostile_10k_ms": 1e3
        * max(min(_seconds(detector, text) for _ in range(ROUNDS)) for text in hostile_texts(10_000)),
    }


def hostile_texts(length: int) -> list[str]:
    """Texts of one length made to be slow: every piece that a pattern starts with, over and over."""
    pieces = (
        "1", "1 ", "1.", "619-", "619 701 0558 ", "six ", "double ", "a@", "@", "a.", "a.b@c", "at ", "dot ",
        "a b ", "www.", "http:", "$1,", "+1", "\n1", "a\n", "１", "е", "\u200b", "my insta is ", "venmo ",
        "call me at ", "area code ", "same ", "pay you ", "de89 ", "1:", "%40", "x.club ",
        "jenny at gmail dot com ", "\ufffd", "a\ufffd", "a?live.com ", "\x00@ ",
    )  # fmt: skip
    return [(piece * (length // len(piece) + 1))[:length] for piece in pieces]


def _seconds(detector: Detector, text: str) -> float:
    start = time.perf_counter()
    detector(text)
    return time.perf_counter() - start


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def print_report(report: dict[str, Any]) -> None:
    """The figures of every detector side by side, in percent, milliseconds and messages a second."""
    names = list(report)
    print(f"{'':34}" + "".join(f"{name:>12}" for name in names))
    figures = [_flat(report[name]) for name in names]
    for label in figures[0]:
        cells = [f"{column[label]:.{_places(label)}f}" if label in column else "-" for column in figures]
        print(f"{label:34}" + "".join(f"{cell:>12}" for cell in cells))
    for name in names:
        worst = ", ".join(
            f"{family} {100 * rate:.0f} %" for family, rate in report[name]["worst_families"].items()
        )
        print(f"worst families, {name}: {worst or 'none wrong'}")


def _flat(figures: dict[str, Any], prefix: str = "") -> dict[str, float]:
    flat: dict[str, float] = {}
    for key, value in figures.items():
        label = f"{prefix}{key}".replace("_", " ")
        if key == "worst_families":
            continue
        if isinstance(value, dict):
            flat |= _flat(value, f"{label}: ")
        else:
            flat[label] = value if prefix.startswith("timing") else 100 * value
    return flat


def _places(label: str) -> int:
    return {"timing: messages per s": 0, "timing: p50 ms": 3, "timing: p99 ms": 3}.get(label, 1)


if __name__ == "__main__":
    main()
