"""Django settings. Every value that differs between machines comes from `snoutos.core.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from django.urls import reverse_lazy

from snoutos.api import ENUM_NAMES
from snoutos.core import env as environment
from snoutos.core.logs import LOGGING as LOGGING
from snoutos.core.logs import configure as configure_logs
from snoutos.desk.theme import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = environment.read()

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key
FIELD_ENCRYPTION_KEYS = ENV.field_encryption_keys
ALLOWED_HOSTS = list(ENV.allowed_hosts)
PUBLIC_BASE_URL = ENV.public_base_url
TWILIO_API_BASE_URL = ENV.twilio_api_base_url
# Leases, retries and look-ups of a rehearsal run shorter by this factor.
TIMES_DIVIDED_BY = ENV.times_divided_by
# How many proxies of ours add their caller to X-Forwarded-For.
TRUSTED_PROXIES = ENV.trusted_proxies
SECURE = PUBLIC_BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the theme; its default app would put a site of its own in place of the desk
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "snoutos.desk.apps.AdminConfig",
    "snoutos",  # before Django's own: its `changepassword` leaves an event
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_structlog",
    "snoutos.accounts",
    "snoutos.access",
    "audit",
    "messaging",
    "routing",
    "policy",
    "automations",
]

MIDDLEWARE = [
    "snoutos.core.outage.OutageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "snoutos.ops.correlation.CorrelationMiddleware",
    "snoutos.accounts.credentials.CredentialMiddleware",
]

ROOT_URLCONF = "snoutos.urls"
WSGI_APPLICATION = "snoutos.wsgi.application"
ASGI_APPLICATION = "snoutos.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["snoutos.adminkit.tags"],
        },
    }
]

# The running role. `manage.py migrate` switches to the owner role by itself (architecture, "the database refuses").
DATABASES: dict[str, dict[str, Any]] = {"default": environ.Env.db_url_config(ENV.database_url)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Statements are planned once a connection and then only bound: half the cost of a webhook was planning the same joins again. A pooler
# in front of PostgreSQL must keep a session's prepared statements (PgBouncer from 1.21 does).
DATABASES["default"].setdefault("OPTIONS", {}).update(server_side_binding=True, prepare_threshold=2)
# A server that does not even refuse is away, too.
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
DATABASE_OWNER = environ.Env.db_url_config(ENV.database_owner_url)
DATABASE_ROLE: str = DATABASES["default"]["USER"]
# Web processes switch the pool on (snoutos.wsgi); Celery workers must not share one across forks.
THREADS = 8
DATABASE_POOL = {"min_size": 1, "max_size": THREADS, "timeout": 5}
# How many there are of what holds connections (snoutos.serve, docker-compose.yml); `manage.py doctor` adds them up.
WEB_PROCESSES = ENV.web_processes
WEBHOOK_PROCESSES = ENV.webhook_processes
LIVE_PROCESSES = ENV.live_processes
SEND_THREADS = ENV.send_threads
WORK_PROCESSES = ENV.work_processes

REDIS_URL = ENV.redis_url
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1) if REDIS_URL.startswith("unix://") else REDIS_URL
)

AUTH_USER_MODEL = "accounts.User"
# The first answers every password, yes or no (`snoutos.access.gate`); Django's own only reads the sessions it made earlier.
AUTHENTICATION_BACKENDS = [
    "snoutos.access.backend.Gate",
    "django.contrib.auth.backends.ModelBackend",
    "snoutos.sitter_page.backend.ByLink",
]
# Both wait for a slot: a hasher of Django's own would not.
PASSWORD_HASHERS = ["snoutos.accounts.hashing.Argon2Hasher", "snoutos.accounts.hashing.Pbkdf2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")

LANGUAGE_CODE = "en-us"
FORMAT_MODULE_PATH = "snoutos.core.formats"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "snoutos" / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = ENV.media_root
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_SECURE = SECURE
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE
# The proxy answers health checks and provider calls over plain HTTP inside the deployment.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # unfold's Alpine evaluates expressions and its widgets carry style attributes.
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# A mail server that says nothing holds nobody up for ever.
EMAIL_TIMEOUT = 10
EMAIL_CONFIG = environ.Env.email_url_config(ENV.email_url)
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = ENV.email_from

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "snoutos.access.authentication.KeyAuthentication",
        "snoutos.accounts.rest.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["snoutos.accounts.rest.permissions.SignedIn"],
    "DEFAULT_PAGINATION_CLASS": "snoutos.accounts.rest.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["snoutos.accounts.rest.throttling.PrincipalThrottle"],
    "DEFAULT_THROTTLE_RATES": {"principal": "600/min"},
    "EXCEPTION_HANDLER": "snoutos.core.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SnoutOS API",
    "DESCRIPTION": "Threads, messages, deliveries, windows and automations of one organization.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": ENUM_NAMES,
    # The parts of a rule come from their own registries, in words that the naming of choices must not touch.
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "automations.api.components.add",
    ],
}

# One cache for throttling and small page facts. It may lose everything at any time, and a dead broker must not stop a request:
# `snoutos.core.cache` answers "nothing there" within 0.2 s.
CACHES = {"default": {"BACKEND": "snoutos.core.cache.ForgivingRedisCache", "LOCATION": REDIS_URL}}

configure_logs(ENV.log_level)
