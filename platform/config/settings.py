"""Settings, read from the environment. One file; tenant and provider configuration is data, not settings."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.money import CREATOR_SHARE_BP as CREATOR_SHARE_BP
from config.money import CURRENCY as CURRENCY
from config.money import EARNINGS_HELD_DAYS as EARNINGS_HELD_DAYS
from config.money import MONTHLY_ALLOWANCE_MICRO as MONTHLY_ALLOWANCE_MICRO
from config.money import PAYOUT_DAY as PAYOUT_DAY
from config.money import PAYOUT_DEBTOR_BIC as PAYOUT_DEBTOR_BIC
from config.money import PAYOUT_DEBTOR_IBAN as PAYOUT_DEBTOR_IBAN
from config.money import PAYOUT_DEBTOR_NAME as PAYOUT_DEBTOR_NAME
from config.money import PAYOUT_MINIMUM_MICRO as PAYOUT_MINIMUM_MICRO
from config.money import PAYOUT_PAUSE_HOURS as PAYOUT_PAUSE_HOURS
from config.money import PLAN_GRACE_DAYS as PLAN_GRACE_DAYS
from config.money import POOL_SHARE_BP as POOL_SHARE_BP
from config.money import PRICE_NOTICE_DAYS as PRICE_NOTICE_DAYS
from config.money import REFUND_ANSWERS as REFUND_ANSWERS
from config.money import REFUND_DAYS as REFUND_DAYS
from config.money import RENEWAL_GRACE_DAYS as RENEWAL_GRACE_DAYS
from config.money import STORAGE_PRICE_MICRO as STORAGE_PRICE_MICRO
from config.money import STRIPE_API_BASE as STRIPE_API_BASE
from config.money import STRIPE_AUTOMATIC_TAX as STRIPE_AUTOMATIC_TAX
from config.money import STRIPE_SECRET_KEY as STRIPE_SECRET_KEY
from config.money import STRIPE_WEBHOOK_SECRET as STRIPE_WEBHOOK_SECRET
from config.money import WEB_SEARCH_PRICE_MICRO as WEB_SEARCH_PRICE_MICRO
from config.name_servers import name_servers
from config.parts import INSTALLED_APPS as INSTALLED_APPS
from config.parts import MIDDLEWARE as MIDDLEWARE
from config.parts import TEMPLATES as TEMPLATES
from config.python_sandbox import PYTHON_CHARACTERS as PYTHON_CHARACTERS
from config.python_sandbox import PYTHON_MEMORY_MB as PYTHON_MEMORY_MB
from config.python_sandbox import PYTHON_SANDBOX as PYTHON_SANDBOX
from config.python_sandbox import PYTHON_SANDBOX_COMMAND as PYTHON_SANDBOX_COMMAND
from config.python_sandbox import PYTHON_SANDBOX_IMAGE as PYTHON_SANDBOX_IMAGE
from config.python_sandbox import PYTHON_SANDBOX_PATH as PYTHON_SANDBOX_PATH
from config.python_sandbox import PYTHON_SECONDS as PYTHON_SECONDS
from config.rest import REST_FRAMEWORK as REST_FRAMEWORK
from config.rest import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from config.staff_theme import UNFOLD as UNFOLD
from config.vector_stores import vector_store

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

ENVIRONMENT: str = env.str("BOTTEGA_ENV", default="development")
PRODUCTION = ENVIRONMENT == "production"
DATA_DIR = Path(env.str("BOTTEGA_DATA", default=str(BASE_DIR / ".data"))).absolute()
DEMO: bool = env.bool("BOTTEGA_DEMO", default=not PRODUCTION)
DEBUG = False

INSECURE_SECRETS = {"", "development-only", "changeme", "secret"}
SECRET_KEY: str = env.str("SECRET_KEY", default="development-only")
# Earlier ones, which still read what was encrypted with them.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
PUBLIC_URL: str = env.str("PUBLIC_URL", default=f"http://localhost:{env.str('PORT', default='8000')}").rstrip(
    "/"
)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["*"] if not PRODUCTION else [])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# --- Data -----------------------------------------------------------------------------------------------------
POOL_SIZE: int = env.int("DATABASE_POOL_SIZE", default=16)
# Whether connections are one's own from beginning to end, so that a search may be prepared on them, with a plan for every set.
DATABASE_PREPARES: bool = env.bool("DATABASE_PREPARES", default=not env.str("DATABASE_URL", default=""))


def _database(variable: str, *, pooled: bool) -> dict[str, Any]:
    database: dict[str, Any] = env.db_url_config(
        env.str(variable, default="postgresql://bottega_app@/bottega")
    )
    if host := database.get("OPTIONS", {}).pop("host", None):  # a socket folder given as ?host=/path
        database["HOST"] = host
    database |= {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False}
    if DATABASE_PREPARES:
        options = database.setdefault("OPTIONS", {})
        options["options"] = f"{options.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    if pooled:
        database.setdefault("OPTIONS", {})["pool"] = {"min_size": 2, "max_size": POOL_SIZE, "timeout": 10}
    return database


# Celery's prefork closes a pool around each task, and one-shot commands gain nothing from one.
DATABASES = {
    "default": _database("DATABASE_URL", pooled=env.bool("DATABASE_POOL", default=False)),
    "owner": _database("DATABASE_OWNER_URL", pooled=False),
}
# Migrations alone make the triggers of the history. Its library's own tables would belong to no organisation: they are
# not made, since every event names itself who made the change.
PGTRIGGER_INSTALL_ON_MIGRATE = PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = False
MIGRATION_MODULES = {"pghistory": None}
# Where vectors lie besides the database, and the store that `copy_vectors` moves them from or to.
VECTOR_STORE: dict[str, str] = vector_store(env, "VECTOR_STORE", default="pgvector")
OTHER_VECTOR_STORE: dict[str, str] = vector_store(env, "OTHER_VECTOR_STORE")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL: str = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}
if REDIS_URL.startswith("unix://"):
    CACHES["default"]["LOCATION"] = REDIS_URL

MEDIA_ROOT = DATA_DIR / "files"
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT)},
    },
    "staticfiles": {"BACKEND": "config.static.StaticFilesStorage"},
}
if env.str("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
            "access_key": env.str("S3_ACCESS_KEY", default=None),
            "secret_key": env.str("S3_SECRET_KEY", default=None),
            "region_name": env.str("S3_REGION", default=None),
            "default_acl": "private",
        },
    }
MAX_UPLOAD_MB: int = env.int("MAX_UPLOAD_MB", default=100)
# How long a document waits for a worker that has died, in seconds; a working one renews its lease four times in that.
KNOWLEDGE_LEASE_SECONDS: float = env.float("KNOWLEDGE_LEASE_SECONDS", default=40.0)
# From how many passages on an assistant's vectors have a table and an index of their own; and the memory, in MB, that
# building such an index may take before it goes on slower on disk.
SHELF_FROM: int = env.int("SHELF_FROM", default=100_000)
SHELF_MEMORY_MB: int = env.int("SHELF_MEMORY_MB", default=256)
# Text recognition of scans and pictures: Tesseract's path or name, empty to do without; and the languages to read in, as
# `eng+deu`, empty to choose from those installed.
TESSERACT: str = env.str("TESSERACT", default="tesseract")
OCR_LANGUAGES: str = env.str("OCR_LANGUAGES", default="")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR: str | None = None

# --- People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "organisations.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_FORMS = {"signup": "accounts.forms.SignUpForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# By address of the network (ip) and by account (key, user), so that neither many addresses nor many accounts help.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",  # passwords, and codes of second factors
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": "10/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "accounts.mfa.MFAAdapter"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
# Our forms ask for a verified address themselves: the library would also stop people from ever changing theirs.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "activate_totp": "accounts.forms.AppForm",
    "authenticate": "accounts.code_forms.CodeForm",
    "reauthenticate": "accounts.code_forms.CodeAgainForm",
    "add_webauthn": "accounts.forms.PasskeyForm",
    "edit_webauthn": "accounts.passkey_forms.PasskeyNameForm",
    "login_webauthn": "accounts.passkey_forms.PasskeySignInForm",
    "authenticate_webauthn": "accounts.passkey_forms.PasskeySecondStepForm",
    "reauthenticate_webauthn": "accounts.passkey_forms.PasskeyAgainForm",
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "bottega_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_COOKIE_NAME = "bottega_csrf"
CSRF_FAILURE_VIEW = "web.views.csrf_failure"

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default="Bottega <bottega@localhost>")

# --- Languages ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Security -------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],  # no document of ours but the sandbox for Python lets itself be framed
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
# How long a call waits for a person's word, or for their account to be connected; and how many calls of one action one
# person's turns may make in a minute.
ACTION_CONFIRM_SECONDS: float = env.float("ACTION_CONFIRM_SECONDS", default=1800.0)
ACTION_CALLS_A_MINUTE: int = env.int("ACTION_CALLS_A_MINUTE", default=60)
# How long calls of actions are kept; the database gives none away before thirty days.
ACTION_CALL_DAYS: int = max(30, env.int("ACTION_CALL_DAYS", default=365))
# How long files that calls gave can be downloaded.
ACTION_FILE_DAYS: int = max(1, env.int("ACTION_FILE_DAYS", default=90))
# How long the days of listings are kept that creators see as charts.
STORE_DAYS_KEPT: int = max(30, env.int("STORE_DAYS_KEPT", default=730))
# What strangers may try of listed assistants: turns of one visitor with one assistant, and a day's turns of one network,
# one listing and the whole installation, which the platform's own allowance pays. 0 turns switch trying off.
TRIAL_TURNS: int = env.int("TRIAL_TURNS", default=3)
TRIAL_TURNS_A_NETWORK: int = max(1, env.int("TRIAL_TURNS_A_NETWORK", default=20))
TRIAL_TURNS_A_LISTING: int = max(1, env.int("TRIAL_TURNS_A_LISTING", default=100))
TRIAL_TURNS_A_DAY: int = env.int("TRIAL_TURNS_A_DAY", default=500)
# Of one of these turns: what is read and written together, and what is written.
TRIAL_TOKENS: int = max(500, env.int("TRIAL_TOKENS", default=8000))
TRIAL_ANSWER_TOKENS: int = max(50, env.int("TRIAL_ANSWER_TOKENS", default=600))
EGRESS_ALLOW: list[str] = env.list("EGRESS_ALLOW", default=[])
# Who says where the names of outside hosts lead: the system, or these DNS servers.
EGRESS_NAMESERVERS: list[tuple[str, int]] = name_servers(
    "EGRESS_NAMESERVERS", env.list("EGRESS_NAMESERVERS", default=[])
)
# Hosts where people may consent although they do not belong to the API's site, beside the well-known ones.
OAUTH_HOSTS: list[str] = env.list("OAUTH_HOSTS", default=[])
# Folders with ready-made connectors of the operator's own, beside the shipped ones; of two of one name, these count.
CONNECTOR_FOLDERS: list[str] = env.list("CONNECTOR_FOLDERS", default=[])
# Seconds between two requests to a website that is followed; its robots.txt may ask for more.
CRAWL_PAUSE_SECONDS: float = env.float("CRAWL_PAUSE_SECONDS", default=0.5)
# Where services that knowledge is read from are asked instead, as JSON: for example
# {"github": {"api": "https://git.example.org/api/v3"}}. Where people consent there, a folder in CONNECTOR_FOLDERS says.
ORIGIN_ADDRESSES: dict[str, dict[str, str]] = env.json("ORIGIN_ADDRESSES", default={})

# --- Models ---------------------------------------------------------------------------------------------------
OPENAI_BASE_URL: str = env.str("OPENAI_BASE_URL", default="")
OPENAI_API_KEY: str = env.str("OPENAI_API_KEY", default="")
DEFAULT_MODEL: str = env.str("DEFAULT_MODEL", default="")
EMBEDDING_MODEL: str = env.str("EMBEDDING_MODEL", default="")
LOCAL_MODEL: str = env.str("LOCAL_MODEL", default="")
RERANK_URL: str = env.str("RERANK_URL", default="")
RERANK_MODEL: str = env.str("RERANK_MODEL", default="")
RERANK_API_KEY: str = env.str("RERANK_API_KEY", default="")
# The model that makes pictures, before all others that do; else the first one of the catalogue that a policy allows.
IMAGE_MODEL: str = env.str("IMAGE_MODEL", default="")
# Where assistants search the web whose organisation has no service of its own: searxng, brave or tavily; and its address and key.
WEB_SEARCH_PROVIDER: str = env.str("WEB_SEARCH_PROVIDER", default="")
WEB_SEARCH_URL: str = env.str("WEB_SEARCH_URL", default="")
WEB_SEARCH_KEY: str = env.str("WEB_SEARCH_KEY", default="")
if WEB_SEARCH_PROVIDER not in ("", "searxng", "brave", "tavily"):
    raise ImproperlyConfigured("WEB_SEARCH_PROVIDER is one of searxng, brave and tavily.")
if WEB_SEARCH_PROVIDER == "searxng" and not WEB_SEARCH_URL:
    raise ImproperlyConfigured(
        "WEB_SEARCH_PROVIDER=searxng needs WEB_SEARCH_URL, the address of your SearXNG."
    )
# Where `make run` put the local chat models' servers: base URLs on loopback, set by it for its children.
SMOLLM2_URL: str = env.str("BOTTEGA_SMOLLM2_URL", default="")
LOCAL_MODEL_URL: str = env.str("BOTTEGA_LOCAL_MODEL_URL", default="")

# --- Work in the background -------------------------------------------------------------------------------------
CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1740
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_IS_REDIS = CELERY_BROKER_URL.startswith(("redis", "unix"))
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")

# --- Store ----------------------------------------------------------------------------------------------------
# Who looks at what is to be open to everybody: `automatic` (checks; people only where these find something serious) or
# `human` (people, always).
STORE_REVIEW: str = env.str("STORE_REVIEW", default="automatic")
if STORE_REVIEW not in ("automatic", "human"):
    raise ImproperlyConfigured("STORE_REVIEW is either automatic or human.")
# How long a process shows the front page as it read it; what is suspended has to be gone within five seconds.
STORE_FRONT_SECONDS: float = min(2.0, env.float("STORE_FRONT_SECONDS", default=2.0))
# How many questions somebody asks an assistant before they may rate it.
REVIEW_TURNS: int = max(1, env.int("REVIEW_TURNS", default=3))

# --- API ------------------------------------------------------------------------------------------------------
# Requests a minute of one API key or person; 0 switches the limit off. Generous where people try things out.
API_REQUESTS_PER_MINUTE: int = env.int("API_REQUESTS_PER_MINUTE", default=600 if PRODUCTION else 6000)

# --- For operators ----------------------------------------------------------------------------------------------
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")  # without one there is no /metrics

# --- Logs -----------------------------------------------------------------------------------------------------
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "kernel.logs.configure"
LOGGING = {"level": LOG_LEVEL, "json": PRODUCTION}
SILENCED_SYSTEM_CHECKS = ["models.W042"]


def _refuse_unsafe_production() -> None:
    problems = [
        f"{name} is missing or a default"
        for name, value in {
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": env.str("DATABASE_URL", default=""),
            "REDIS_URL": env.str("REDIS_URL", default=""),
            "PUBLIC_URL": env.str("PUBLIC_URL", default=""),
            "ALLOWED_HOSTS": ",".join(ALLOWED_HOSTS),
        }.items()
        if value in INSECURE_SECRETS or (name == "SECRET_KEY" and len(value) < 32)
    ]
    if problems:
        raise ImproperlyConfigured("Production refuses to start: " + "; ".join(problems) + ".")


if PRODUCTION:
    _refuse_unsafe_production()
