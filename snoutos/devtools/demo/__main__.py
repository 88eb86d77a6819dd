"""`python -m snoutos.devtools.demo [--once]`."""

from __future__ import annotations

import argparse
import sys

from snoutos.devtools.demo import supervisor


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m snoutos.devtools.demo", description="Run the demo.")
    parser.add_argument("--once", action="store_true", help="end after the flow: 0 when it went well, else 1")
    return supervisor.run(once=parser.parse_args().once)


if __name__ == "__main__":
    sys.exit(main())
