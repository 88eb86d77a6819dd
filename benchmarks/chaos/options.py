"""What a run is told, and what its report means."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

COLUMNS = """\
The last line of the output:

  lost          a send that the API accepted and that neither reached the provider nor ended as failed, parked or
                canceled with a reason; a text that a phone sent and that has no message
  duplicate     a delivery that the provider has twice, or that nobody asked for; a text from a phone stored twice
  mislinked     a provider's SID on the wrong attempt; a text with another sender, recipient, account or body than asked
                for; a text from a phone in another's conversation, a conversation in two threads
  wrong-status  a delivery whose state is not what the provider's books say (final words included), such as a parked
                text that the provider has accepted after all
  stuck         a delivery, an attempt or a webhook receipt that is still open at the end
  parked        sends that nobody knows to have left: not found at the provider after the last look, the owner decides

With SNOUTOS_EMBEDDED_FAST=1 PostgreSQL does not wait for the disk, which kill -9 cannot tell.

Exit code 1 when one of the first five is not 0, or more is parked than the faults and kills explain: 3 % of
the sends (at least 20) and one for every second process that is killed or stopped.
"""
# The provider answers 500 to 2 % without accepting them; a kill ends the calls that the process is just making, on a starved machine
# several at once, which a short run has not enough sends to make up for.
PARKED_SHARE, PARKED_ALWAYS = 0.03, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One run. Times are in seconds of the wall clock."""

    sends: int = 200
    inbound: int = 200
    kills: int = 20
    seed: int = 1
    json: str = ""
    workers: int = 3
    webs: int = 2
    valkey_down: float = 0.0
    postgres_kills: int = 0
    flush_every: float = 0.0
    freezes: int = 0
    freeze_seconds: float = 12.0
    faults: bool = True
    times_divided_by: float = 30.0
    seconds: float = 0.0
    wait: float = 0.0
    keep: bool = False

    @property
    def drive_seconds(self) -> float:
        """The sends and texts are spread over so long, at least: kills and outages shall fall into the work."""
        return self.seconds or max(
            10.0, 0.4 * self.kills, 2 * self.valkey_down, 8.0 * self.postgres_kills, 4.0 * self.freezes
        )

    @property
    def wait_seconds(self) -> float:
        """The end is waited for so long, at most: the longest look-ups and retries take 30 minutes together, twice."""
        return self.wait or 30 + 7200 / self.times_divided_by

    @property
    def parked_at_most(self) -> int:
        return max(PARKED_ALWAYS, int(self.sends * PARKED_SHARE)) + (self.kills + self.freezes) // 2

    def shown(self) -> dict[str, Any]:
        return asdict(self)


def parse(arguments: Sequence[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.chaos",
        description="Start the real stack against a faulty provider, kill its processes, and compare both sides' books.",
        epilog=COLUMNS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = Options()
    _what_happens(parser, usual)
    _what_dies(parser)
    _what_stands_still(parser, usual)
    _how_it_runs(parser, usual)
    return Options(**vars(parser.parse_args(arguments)))


def _what_happens(parser: argparse.ArgumentParser, usual: Options) -> None:
    add = parser.add_argument
    add("--sends", type=int, default=usual.sends, help="texts sent through the API (default: %(default)s)")
    add("--inbound", type=int, default=usual.inbound, help="texts that phones send (default: %(default)s)")
    add(
        "--kills",
        type=int,
        default=usual.kills,
        help="kill -9 of web, worker and beat processes, at random and at named points (default: %(default)s)",
    )
    add(
        "--seed",
        type=int,
        default=usual.seed,
        help="decides every choice of ours; how processes interleave stays theirs (default: %(default)s)",
    )
    add("--json", default="", metavar="OUT", help="also write the figures and every finding to this file")
    add(
        "--workers",
        type=int,
        default=usual.workers,
        help="Celery worker processes, 6 threads each (default: %(default)s)",
    )
    add("--webs", type=int, default=usual.webs, help="web processes (default: %(default)s)")


def _what_dies(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--valkey-down",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="stop Valkey for so long while texts flow: silent for the first half, gone for the second (default: not at all)",
    )
    add(
        "--postgres-kills",
        type=int,
        default=0,
        metavar="N",
        help="kill -9 of PostgreSQL's postmaster while texts flow (default: %(default)s)",
    )
    add(
        "--flush-every",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="FLUSHALL on Valkey so often while texts flow (default: never)",
    )


def _what_stands_still(parser: argparse.ArgumentParser, usual: Options) -> None:
    add = parser.add_argument
    add(
        "--freezes",
        type=int,
        default=usual.freezes,
        metavar="N",
        help="SIGSTOP of web and worker processes, at random and where they hold rows, at least so many (default: %(default)s)",
    )
    add(
        "--freeze-seconds",
        type=float,
        default=usual.freeze_seconds,
        metavar="SECONDS",
        help="a stopped process goes on after so long; the database's limits are 5 to 10 s (default: %(default)s)",
    )


def _how_it_runs(parser: argparse.ArgumentParser, usual: Options) -> None:
    add = parser.add_argument
    add(
        "--no-faults",
        dest="faults",
        action="store_false",
        help="a provider without faults, to measure outages alone",
    )
    add(
        "--times-divided-by",
        type=float,
        default=usual.times_divided_by,
        help="leases, retries, look-ups and beats run shorter by this factor (default: %(default)s)",
    )
    add(
        "--seconds",
        type=float,
        default=0.0,
        help="spread the texts over so long (default: from kills and outages, 10 at least)",
    )
    add(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="wait for the end so long at most; what is open then is stuck (default: two hours, divided)",
    )
    add("--keep", action="store_true", help="keep the run's folder with the logs, and say where it is")
