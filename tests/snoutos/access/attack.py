"""Fifty connections that post sign-ins without a pause: `python -m tests.snoutos.access.attack PORT CONNECTIONS NAME`.

A process of its own, so that the attacker's work is not the test's. Every connection is another address behind the proxy; half
of them guess at NAME, the others make names up, so that a hash is asked for each time. Prints one line of counts by status
when its standard input ends.
"""

from __future__ import annotations

import collections
import http.client
import itertools
import sys
import threading
from urllib.parse import urlencode

TOKEN = "a" * 32
_stop = threading.Event()


def attack(port: int, number: int, name: str, counts: collections.Counter[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for turn in itertools.count():
        if _stop.is_set():
            return
        who = name if number % 2 else f"nobody{number}x{turn}@example.com"
        body = urlencode({"username": who, "password": f"guess{turn}", "csrfmiddlewaretoken": TOKEN})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={TOKEN}",
            "X-Forwarded-For": f"10.{number}.{turn // 250 % 250}.{turn % 250}",
        }
        try:
            connection.request("POST", "/admin/login/", body, headers)
            answer = connection.getresponse()
            answer.read()
            counts[answer.status] += 1
        except (OSError, http.client.HTTPException):
            counts[0] += 1
            connection.close()


def main() -> None:
    port, connections, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    counts: collections.Counter[int] = collections.Counter()
    for number in range(connections):
        threading.Thread(target=attack, args=(port, number, name, counts), daemon=True).start()
    _say("attacking")
    sys.stdin.read()
    _stop.set()
    _say(str(dict(sorted(counts.items()))))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
