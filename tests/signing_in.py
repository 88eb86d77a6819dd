"""What everybody in the tests signs in with. Imports nothing, so that programs without Django's settings may ask."""

from __future__ import annotations

PASSWORD = "correct horse battery"
