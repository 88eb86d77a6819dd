"""How well texts that ask for no more texts are recognised: recall and false alarms on labelled texts, and what a text costs.

    python -m benchmarks.revocation [--show] [FILE.jsonl ...]

A file holds one text a line: {"text": "…", "revokes": true}. Without files: the texts it was tuned on, those that were held out, and
those written later, family by family, which were worked in after they had been measured once (docs/consent.md). Of the sets of screening
and emergencies, whose texts are about other things, the share that is flagged is printed beside them.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from policy.revocation import revokes

DATA = Path(__file__).parent / "data"
OWN = ("revocation_dev.jsonl", "revocation_held_out.jsonl", "revocation_later.jsonl")
OTHER = ("dev.jsonl", "held_out.jsonl", "emergency_dev.jsonl", "emergency_held_out.jsonl")
SLOWEST = 0.5
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Score:
    """What was missed, what was flagged falsely, and how many texts mean it and do not."""

    missed: list[str]
    false: list[str]
    meant: int
    not_meant: int

    @property
    def recall(self) -> float:
        """The share that was found of what means it."""
        return 1 - len(self.missed) / self.meant if self.meant else 1.0

    @property
    def false_alarms(self) -> float:
        """The share that was flagged of what does not mean it."""
        return len(self.false) / self.not_meant if self.not_meant else 0.0


def read(path: Path) -> list[tuple[str, bool]]:
    """Texts with their labels; without a label a text revokes nothing."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [(row["text"], bool(row.get("revokes"))) for row in rows]


def score(rows: Iterable[tuple[str, bool]]) -> Score:
    """How the recogniser does on labelled texts."""
    found = [(text, meant, revokes(text)) for text, meant in rows]
    return Score(
        missed=[text for text, meant, said in found if meant and not said],
        false=[text for text, meant, said in found if said and not meant],
        meant=sum(meant for _, meant, _ in found),
        not_meant=sum(not meant for _, meant, _ in found),
    )


def cost(texts: list[str]) -> tuple[float, float]:
    """Milliseconds of processor time for a text: at the median and at the 99th percentile. Each counts with its best of several rounds."""
    best = [float("inf")] * len(texts)
    for _ in range(ROUNDS):
        for place, text in enumerate(texts):
            began = time.process_time_ns()
            revokes(text)
            best[place] = min(best[place], (time.process_time_ns() - began) / 1e6)
    ordered = sorted(best)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]


def main() -> None:
    """Print the figures; exit 1 when a text costs more than it may."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--show", action="store_true", help="print what was missed and what was flagged falsely"
    )
    parser.add_argument("files", nargs="*", type=Path)
    asked = parser.parse_args()
    is_slow = False
    for path in asked.files or [DATA / name for name in (*OWN, *OTHER)]:
        rows = read(path)
        scored, (median, slow) = score(rows), cost([text for text, _ in rows])
        recall = f"recall {scored.recall:.1%} of {scored.meant}, " if scored.meant else ""
        alarms = f"false alarms {scored.false_alarms:.1%} of {scored.not_meant}"
        print(f"{path.name}: {recall}{alarms}, {median:.2f} ms a text, p99 {slow:.2f} ms")
        is_slow |= slow > SLOWEST
        if asked.show:
            for text in scored.missed:
                print(f"  missed: {text}")
            for text in scored.false:
                print(f"  false:  {text}")
    sys.exit(is_slow)


if __name__ == "__main__":
    main()
