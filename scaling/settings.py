"""Settings of the site, all read from the environment; `.env.example` explains each variable once."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

#: `production` (the default: nothing is taken for granted), `local` (one machine, started by `./dev run`) or `test`.
MODE = os.environ.get("TRELLIS_MODE", "production")
if MODE not in {"production", "local", "test"}:
    raise ImproperlyConfigured(f"TRELLIS_MODE is '{MODE}'; it must be production, local or test.")
LOCAL = MODE == "local"
PRODUCTION = MODE == "production"


def required(name: str) -> str:
    """The value of a variable that has no safe default."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; see .env.example.")
    return value


def listed(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


SECRET_KEY = (
    required("TRELLIS_SECRET_KEY")
    if PRODUCTION
    else os.environ.get("TRELLIS_SECRET_KEY", "only for one machine and its loopback address " * 2)
)
DEBUG = os.environ.get("TRELLIS_DEBUG", "") == "1" and not PRODUCTION
ALLOWED_HOSTS = listed("TRELLIS_ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1],testserver")
CSRF_TRUSTED_ORIGINS = listed("TRELLIS_TRUSTED_ORIGINS")
SITE_URL = os.environ.get("TRELLIS_SITE_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "scaling",
    "indicators",
    "organizations",
    "programmes",
    "accounts",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "pghistory",
]

#: Nobody changes or deletes what the history says, not even in SQL.
PGHISTORY_APPEND_ONLY = True
#: One moment for all that a transaction changes (programmes/trails.py).
PGHISTORY_CREATED_AT_FUNCTION = "trellis_recorded_at()"

MIDDLEWARE = [
    "scaling.middleware.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "scaling.middleware.BadBytesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.UserLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "scaling.middleware.ApiVersionMiddleware",
]

ROOT_URLCONF = "scaling.urls"
WSGI_APPLICATION = "scaling.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "scaling.context.site",
            ],
        },
    },
]

# --- storage -------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        required("DATABASE_URL"),
        conn_max_age=60,
        conn_health_checks=True,
        # The tests' own server has a migrated database to copy.
        test_options={"NAME": None, "TEMPLATE": os.environ.get("TRELLIS_TEST_TEMPLATE")},
    )
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
# Every trigger asks for this setting; where it is missing the question is an error caught in a subtransaction, for each
# row anew, which made bulk writes several times slower.
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = f"{_options.get('options', '')} -c pgtrigger.ignore={{}}".strip()
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgresql://…).")
#: A page that needs longer than this is a defect; jobs lift it for their own transaction.
WEB_STATEMENT_TIMEOUT_MS = int(os.environ.get("TRELLIS_STATEMENT_TIMEOUT_MS", "20000"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = (
    required("CELERY_BROKER_URL") if MODE != "test" else os.environ.get("CELERY_BROKER_URL", "memory://")
)
CACHE_URL = os.environ.get("CACHE_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL, "KEY_PREFIX": "trellis"}
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- Celery: the queue is a hint, the database the truth -----------------------------------------------------------
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {}
    if CELERY_BROKER_URL.startswith("memory:")
    else {
        # A task of a killed worker is handed out again within seconds, not after kombu's default 100.
        "visibility_timeout": 2 * CELERY_TASK_TIME_LIMIT,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # A broker that is away must not hold up the page that hints at it.
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
    }
)
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "drain-marks": {"task": "scaling.tasks.drain", "schedule": 5.0, "options": {"expires": 5}},
    "heartbeat": {"task": "scaling.tasks.heartbeat", "schedule": 10.0, "options": {"expires": 10}},
    "reminders": {"task": "indicators.tasks.remind", "schedule": 3600.0, "options": {"expires": 3600}},
    "alerts": {"task": "scaling.tasks.look_at_alerts", "schedule": 86400.0},
    "packs": {"task": "scaling.tasks.packs", "schedule": 60.0, "options": {"expires": 60}},
    "packs-on-a-cadence": {
        "task": "scaling.tasks.packs_on_a_cadence",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "bulk-jobs": {"task": "scaling.tasks.bulk_jobs", "schedule": 15.0, "options": {"expires": 15}},
    "export-files": {"task": "scaling.tasks.export_files", "schedule": 15.0, "options": {"expires": 15}},
    "webhooks": {"task": "scaling.tasks.webhooks", "schedule": 15.0, "options": {"expires": 15}},
    "old-webhook-events": {"task": "scaling.tasks.forget_old_webhook_events", "schedule": 86400.0},
    "old-answers": {"task": "scaling.tasks.forget_old_answers", "schedule": 3600.0, "options": {"expires": 3600}},
    "old-batches": {"task": "indicators.tasks.forget_old_batches", "schedule": 86400.0},
}

# --- people --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hundreds of people are made in a test run
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "indicators:start"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited by an administrator, who vouches for the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
USERSESSIONS_TRACK_ACTIVITY = False  # it would turn every read into a write

SESSION_COOKIE_NAME = "trellis_session"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "trellis_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "scaling.errors.csrf_failure"

# --- what the browser may do ---------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        # Plotly and Swagger set style attributes on elements they make; no script can ride on them.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = os.environ.get("TRELLIS_SSL_REDIRECT", "1") == "1"
    SECURE_HSTS_SECONDS = int(os.environ.get("TRELLIS_HSTS_SECONDS", "31536000"))
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if os.environ.get("TRELLIS_BEHIND_PROXY") == "1":
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- languages -----------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "trellis_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files --------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("TRELLIS_STATIC_ROOT", BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
MEDIA_ROOT = Path(os.environ.get("TRELLIS_MEDIA_ROOT", BASE_DIR / "var" / "media"))

# --- API -----------------------------------------------------------------------------------------------------------
KNOX_TOKEN_MODEL = "accounts.ApiToken"
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=90),
    "TOKEN_MODEL": "accounts.ApiToken",
    "TOKEN_PREFIX": "trl_",
    "AUTO_REFRESH": False,
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["programmes.permissions.ScopedPermission"],
    "DEFAULT_RENDERER_CLASSES": [
        "scaling.rest.renderers.JSONRenderer",
        "scaling.rest.renderers.CSVRenderer",
        "scaling.rest.renderers.XLSXRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "scaling.rest.negotiation.StrictNegotiation",
    "DEFAULT_PARSER_CLASSES": ["scaling.rest.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "scaling.rest.pagination.CursorPages",
    "DEFAULT_FILTER_BACKENDS": [
        "scaling.rest.filters.StrictFilterBackend",
        "scaling.rest.changes.ChangedSince",
        "scaling.rest.filters.StrictOrdering",
    ],
    "DEFAULT_SCHEMA_CLASS": "scaling.rest.schema.TrellisSchema",
    "EXCEPTION_HANDLER": "scaling.rest.problems.handler",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.AnonRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "user": os.environ.get("TRELLIS_API_RATE", "6000/hour"),
        "anon": os.environ.get("TRELLIS_API_RATE_ANONYMOUS", "120/hour"),
    },
    "COERCE_DECIMAL_TO_STRING": False,
    "URL_FORMAT_OVERRIDE": "format",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
#: So many rows of a bulk write are answered at once; more become a job, up to the second number and size.
API_BULK_INLINE = int(os.environ.get("TRELLIS_API_BULK_INLINE", "1000"))
API_BULK_MOST = int(os.environ.get("TRELLIS_API_BULK_MOST", "100000"))
API_BULK_BYTES = int(os.environ.get("TRELLIS_API_BULK_BYTES", str(100 * 1024 * 1024)))
#: Webhooks may be sent to this very machine, and without TLS: for trying them out, never in production.
WEBHOOKS_TO_THIS_MACHINE = not PRODUCTION and os.environ.get("TRELLIS_WEBHOOKS_TO_THIS_MACHINE", "") == "1"
SPECTACULAR_SETTINGS = {
    "TITLE": "Trellis API",
    "DESCRIPTION": (
        "Smallholder organizations, their federations and linkages, and the metrics that show whether they are "
        "scaling up. Decimals are strings. A figure that cannot be computed is null and says why."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/static/trellis/favicon.svg",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "COMPONENT_SPLIT_REQUEST": True,
    # The body of a PATCH is a serializer of its own, which says itself what must be sent.
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_NAME_OVERRIDES": {
        "CountBasisEnum": "programmes.vocabulary.CountBasis",
        "JobStateEnum": "scaling.rest.models.JobState",
        "NullReasonEnum": "programmes.vocabulary.NullReason",
        "ProgrammeInstrumentEnum": "programmes.models.programmes.Instrument",
        "IndicatorTypeEnum": "indicators.models.catalogue.IndicatorType",
        "FigureBasisEnum": "programmes.vocabulary.FigureBasis",
        "CorrectionKindEnum": "programmes.models.CorrectionKind",
        "OrganizationKindEnum": "organizations.models.Kind",
        "LinkageKindEnum": "organizations.models.LinkageKind",
        "IndicatorLevelEnum": "indicators.models.IndicatorLevel",
        "RoundKindEnum": "indicators.models.RoundKind",
        "WebhookEventTypeEnum": "scaling.webhooks.models.EventType",
        "SpaceEnum": "programmes.models.Space",
        "RateKindEnum": "programmes.models.RateKind",
        "CorrectionCodeEnum": "indicators.models.CorrectionCode",
        "ServiceKindEnum": "organizations.models.ServiceKind",
        "SupportMethodEnum": "organizations.models.support.Method",
        "ReturnMethodEnum": "indicators.models.returns.Method",
        "OrganizationStatusEnum": "organizations.models.Status",
        "FirstStatusEnum": "organizations.rest.organizations.FIRST_STATUSES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "scaling.rest.schema.add_problem",
        "scaling.rest.links.add_links",
    ],
}

# --- post, logs ----------------------------------------------------------------------------------------------------
EMAIL_BACKEND = os.environ.get(
    "TRELLIS_EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend" if PRODUCTION else "django.core.mail.backends.console.EmailBackend",
)
EMAIL_HOST = os.environ.get("TRELLIS_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("TRELLIS_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("TRELLIS_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TRELLIS_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("TRELLIS_EMAIL_TLS", "") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("TRELLIS_EMAIL_FROM", "trellis@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": os.environ.get("TRELLIS_LOG_LEVEL", "WARNING" if MODE == "test" else "INFO"),
    },
    "loggers": {
        # Scanners ask for made-up hosts all day; personal data is not for logs either.
        "django.security.DisallowedHost": {"level": "ERROR"},
    },
}

#: Shown beside everything that a synthetic programme contributes to.
SYNTHETIC_LABEL = _("synthetic demonstration data")
