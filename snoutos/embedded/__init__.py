"""PostgreSQL and Valkey from wheels, for `make demo` and `make test` on a bare machine.

`ensure()` starts both servers, or joins the ones already running for this project, for as long
as the calling process lives. When the last process that called it is gone, however it went, a
small keeper process stops both servers cleanly. `addresses()` says where they are.

Setting DATABASE_URL or REDIS_URL to servers of your own turns the embedded ones off.
Only the standard library is used here. Why and how: docs/decisions/0003-embedded-servers.md
"""

from .attach import ensure
from .errors import EmbeddedError
from .places import Addresses, addresses, home

__all__ = ["Addresses", "EmbeddedError", "addresses", "ensure", "home"]
