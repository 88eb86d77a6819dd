"""`python -m benchmarks.chaos`: see the package's docstring, or `--help`."""

from __future__ import annotations

import sys

from benchmarks.chaos import run

if __name__ == "__main__":
    sys.exit(run.main())
