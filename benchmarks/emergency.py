"""How well emergencies are recognised: recall and false alarms on labelled texts, and what a text costs.

    python -m benchmarks.emergency [--show] [FILE.jsonl ...]

A file holds one text a line: {"text": "…", "urgent": true}. Without files: the texts it was tuned on, and the half that was written before
and held out. Of the screening corpus, whose texts are about other things, the share that alarms is printed beside them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path

from policy.emergency import is_urgent

DATA = Path(__file__).parent / "data"
OWN = ("emergency_dev.jsonl", "emergency_held_out.jsonl")
OTHER = ("dev.jsonl", "held_out.jsonl")


def read(path: Path) -> list[tuple[str, bool]]:
    """Texts with their labels; without a label a text means no emergency."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [(row["text"], bool(row.get("urgent"))) for row in rows]


def score(rows: Iterable[tuple[str, bool]]) -> tuple[list[str], list[str], int, int]:
    """What was missed, what alarmed falsely, and how many texts mean it and do not."""
    missed, false, meant, not_meant = [], [], 0, 0
    for text, urgent in rows:
        said = is_urgent(text)
        meant, not_meant = meant + urgent, not_meant + (not urgent)
        if urgent and not said:
            missed.append(text)
        if said and not urgent:
            false.append(text)
    return missed, false, meant, not_meant


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--show", action="store_true", help="print what was missed and what alarmed falsely")
    parser.add_argument("files", nargs="*", type=Path)
    asked = parser.parse_args()
    for path in asked.files or [DATA / name for name in (*OWN, *OTHER)]:
        rows = read(path)
        began = time.perf_counter()
        missed, false, meant, not_meant = score(rows)
        each = (time.perf_counter() - began) / max(len(rows), 1) * 1e6
        recall = f"recall {1 - len(missed) / meant:.1%} of {meant}, " if meant else ""
        print(
            f"{path.name}: {recall}false alarms {len(false) / max(not_meant, 1):.1%} of {not_meant}, {each:.0f} µs a text"
        )
        if asked.show:
            for text in missed:
                print(f"  missed: {text}")
            for text in false:
                print(f"  false:  {text}")


if __name__ == "__main__":
    main()
