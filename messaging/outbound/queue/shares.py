"""How many calls of one provider account may be under way in this process: as many as it leaves threads free.

A provider may take half a minute to answer, and one account may have thousands of texts queued. So an account begins another call only
while fewer of its calls are under way than threads are free. Alone it has half of them; n slow accounts have an (n+1)th each; whoever comes
next finds a thread at once, as long as there are more threads than slow accounts.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict

# Until a worker says how many threads it has (`snoutos.celery`).
THREADS = 16


class Threads:
    """The sending threads of one process, and the lines that were turned away for want of one."""

    def __init__(self, count: int = THREADS) -> None:
        self.count = count
        self._lock = threading.Lock()
        self._busy: Counter[int] = Counter()
        self._turned_away: dict[int, dict[int, None]] = defaultdict(dict)

    def begin(self, account_id: int, line_id: int) -> bool:
        """Take a thread for the account. When it has its share, its line is remembered: `end` gives it back."""
        with self._lock:
            if self._busy[account_id] >= self.count - self._busy.total():
                self._turned_away[account_id].setdefault(line_id)
                return False
            self._busy[account_id] += 1
            self._turned_away[account_id].pop(line_id, None)
            return True

    def end(self, account_id: int) -> int | None:
        """Give the thread back: the account's line that was turned away first, if any. It may begin now."""
        with self._lock:
            self._busy[account_id] -= 1
            waiting = self._turned_away[account_id]
            line_id = next(iter(waiting), None)
            if line_id is not None:
                del waiting[line_id]
            return line_id


THIS_PROCESS = Threads()
