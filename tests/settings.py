"""The settings of the test run: Django's own, logged in as the owner role so that the test database can be made and emptied.

Tests themselves run as the plain role: see `tests/conftest.py`.
"""

from __future__ import annotations

import os

from snoutos import embedded

# Servers of their own, which need not last: a test run never touches what the demo keeps.
os.environ.setdefault("SNOUTOS_EMBEDDED_FAST", "1")
embedded.ensure()
# Keys of its own, as every process with DEBUG off needs them, also those that tests start.
os.environ.setdefault("SECRET_KEY", "0123456789abcdefghijklmnopqrstuvwxyz-of-the-test-run-alone")
os.environ.setdefault("FIELD_ENCRYPTION_KEYS", "b2YtdGhlLXRlc3QtcnVuLWFsb25lLTMyLWJ5dGVzISE=")

from snoutos.settings import *  # noqa: E402, F403
from snoutos.settings import DATABASE_OWNER, DATABASES  # noqa: E402

DATABASES["default"].update(
    {part: DATABASE_OWNER.get(part, "") for part in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PUBLIC_BASE_URL = "http://testserver"
SECURE_SSL_REDIRECT = False
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
# What publishes to the broker in tests says so: nothing is rung unless a test turns it on.
PUBLISH = "silent"
# Throttling has its own tests.
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}  # noqa: F405
WHITENOISE_USE_FINDERS = True
# Looked for when they are asked for: to list them all takes a new client longer than its page.
WHITENOISE_AUTOREFRESH = True
# Served by the finders; the folder only has to exist.
STATIC_ROOT = BASE_DIR / "snoutos" / "static"  # noqa: F405
