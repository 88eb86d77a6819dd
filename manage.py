#!/usr/bin/env python
"""Django's command line. Where no DATABASE_URL or REDIS_URL is set, the embedded servers are started first."""

import os
import sys

from snoutos import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "snoutos.settings")
    if needs_servers(sys.argv[1:2]):
        embedded.ensure()
    from django.core.management import execute_from_command_line

    from audit import correlation
    from snoutos.core.logs import tell_what_ended_the_process

    sys.excepthook = tell_what_ended_the_process
    # All that one command does is found by one id.
    with correlation.bind():
        execute_from_command_line(sys.argv)


def needs_servers(command: list[str]) -> bool:
    """Commands that only read the code leave the servers alone."""
    return bool(command) and command[0] not in {"help", "collectstatic", "twilio_sim", "--help", "--version"}


if __name__ == "__main__":
    main()
