"""Running the simulator as a process of its own."""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from snoutos.devtools.twilio_sim.faults import BadFault, parse_flag
from snoutos.devtools.twilio_sim.server import Simulator
from snoutos.devtools.twilio_sim.state import Conflict


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The same options for `python -m` and for `manage.py twilio_sim`."""
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=8010, help="port to listen on (default: %(default)s)")
    add("--listen-fd", type=int, help="a socket that listens already, inherited from whoever starts this")
    add("--webhook-url", default="", help="where texts to a number without an own SmsUrl are announced")
    add("--public-base-url", default="", help="the simulator's address in media links (default: its own)")
    add("--config", type=Path, help='JSON file: {"accounts": [...], "phones": [...], "faults": {...}}')
    add(
        "--fault",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="rate429=1, error=2:21610, fail_after=0.03",
    )
    add("--seed", type=int, help="makes faults by chance repeatable")
    add("--step-seconds", type=float, default=0.4, help="time between two statuses (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted. 1 with one sentence when it cannot start."""
    try:
        simulator = build(options)
    except (BadFault, Conflict, OSError, ValueError, KeyError) as error:
        print(f"The simulator cannot start: {error}", file=sys.stderr)
        return 1
    print(f"Twilio simulator on {simulator.base_url}; phones at {simulator.base_url}/_sim/", flush=True)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        simulator.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        simulator.close()
    return 0


def build(options: argparse.Namespace) -> Simulator:
    """The simulator that `options` describe, not serving yet."""
    config = read_config(options.config)
    simulator = Simulator(
        host=options.host,
        port=options.port,
        listening=None if options.listen_fd is None else socket.socket(fileno=options.listen_fd),
        webhook_url=options.webhook_url,
        public_base=options.public_base_url.rstrip("/"),
        step_seconds=options.step_seconds,
        seed=options.seed,
        accounts=config.get("accounts", ()),
        phones=config.get("phones", ()),
    )
    simulator.faults.update(config.get("faults", {}))
    for flag in options.fault:
        simulator.faults.update(parse_flag(flag))
    return simulator


def read_config(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    config = json.loads(path.read_text("utf-8"))
    if not isinstance(config, dict):
        raise ValueError("the configuration is not a JSON object.")
    return config


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="twilio_sim", description="A simulator of Twilio's messaging API.")
    add_arguments(parser)
    return run(parser.parse_args(arguments))


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
