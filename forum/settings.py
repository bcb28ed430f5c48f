"""Every setting of the site, read once from the environment (or a `.env` file beside manage.py).

Parsing is strict: an unknown word in a known variable stops the start with a sentence that names the
variable and the words it allows. docs/configuration.md explains each one; a test keeps the two in step.
"""

import secrets
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from forum.database import database, replica_of
from forum.environment import BASE_DIR, env, one_of, whole_number, yes_or_no
from forum.mediastore import media_store
from forum.site_settings import *  # noqa: F403
from forum.site_settings import SITE_IS_HTTPS, SITE_NAME

# Where things are kept

DATA_DIR = BASE_DIR / env.str("DATA_DIR", default="var")  # an absolute path stays what it is
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"DATA_DIR is “{DATA_DIR}”. That folder cannot be made: {error.strerror}.") from None


def kept_secret() -> str:
    """The secret of this installation; made once and kept in the data folder, readable by its owner only."""
    place = DATA_DIR / "secret-key"
    if not place.exists():
        draft = DATA_DIR / f"secret-key.{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64))
        try:
            place.hardlink_to(draft)  # of two processes that start at once, one wins
        except FileExistsError:
            pass
        draft.unlink()
    return place.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret()
DEBUG = yes_or_no("DEBUG", default=False)

# What the site is made of

INSTALLED_APPS = [
    "forum.ops",
    "forum.mine",
    "forum.inbound",
    "forum.moderation",
    "forum.desk",
    "forum.search",
    "forum.reports",
    "forum.reactions",
    "forum.subscriptions",
    "articles",
    "forum.accounts",
    "forum.outbox",
    "forum.spam",
    "crispy_forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "forum.accounts.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "forum.middleware.ClientAddressMiddleware",
    "forum.middleware.RequestIdMiddleware",
    "forum.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "forum.middleware.RequestSizeMiddleware",
    "forum.middleware.ConditionalReadMiddleware",
    "forum.middleware.CachePolicyMiddleware",
    "forum.middleware.CrossOriginMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "forum.urls"
WSGI_APPLICATION = "forum.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
                "articles.context.site",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["luisterkamer"]
CRISPY_TEMPLATE_PACK = "luisterkamer"
CRISPY_FAIL_SILENTLY = False

# Where rows live

DATABASE_POOL = whole_number("DATABASE_POOL", 16, lowest=1, highest=500)
DATABASE_STATEMENT_SECONDS = whole_number("DATABASE_STATEMENT_SECONDS", 0, lowest=0, highest=3600)
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/db.sqlite3")
DATABASES = {"default": database("DATABASE_URL", DATABASE_URL, pool=DATABASE_POOL, seconds=DATABASE_STATEMENT_SECONDS)}

DATABASE_REPLICA_URL = env.str("DATABASE_REPLICA_URL", default="")
if DATABASE_REPLICA_URL:
    DATABASES |= replica_of(DATABASES["default"], DATABASE_REPLICA_URL, seconds=DATABASE_STATEMENT_SECONDS)
    DATABASE_ROUTERS = ["forum.replica.Router"]

CACHE_URL = env.str("CACHE_URL", default="locmem://")
_cache_scheme = urlsplit(CACHE_URL).scheme
if _cache_scheme not in ("locmem", "redis", "rediss"):
    raise ImproperlyConfigured(
        f"CACHE_URL starts with “{_cache_scheme}”. Allowed: locmem://, redis://host:port/0, rediss://…"
    )
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if _cache_scheme == "locmem"
    else {"BACKEND": "forum.sharedcache.SharedCache", "LOCATION": CACHE_URL}
}

# Finished pages. Together at most a minute in the hands of others: what was taken away is then gone everywhere (P21).

PAGES_MEGABYTES = whole_number("PAGES_MEGABYTES", 32, lowest=0, highest=4096)
PAGES_DIR = env.str("PAGES_DIR", default="")
if PAGES_DIR:
    _pages = (BASE_DIR / PAGES_DIR).resolve()
    if any(_pages == place or _pages in place.parents for place in (BASE_DIR, DATA_DIR.resolve())):
        raise ImproperlyConfigured(f"PAGES_DIR is “{PAGES_DIR}”. It must be a folder for finished pages alone.")
    PAGES_DIR = str(_pages)
PROXY_SECONDS = whole_number("PROXY_SECONDS", 0, lowest=0, highest=60)
PROXY_STALE_SECONDS = whole_number("PROXY_STALE_SECONDS", 0, lowest=0, highest=60)
if PROXY_SECONDS + PROXY_STALE_SECONDS > 60:
    raise ImproperlyConfigured(
        f"PROXY_SECONDS ({PROXY_SECONDS}) and PROXY_STALE_SECONDS ({PROXY_STALE_SECONDS}) are more than 60 together."
    )

# Languages, time

LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
# Many systems set LANGUAGE for gettext, as in "en_US:en". That is not meant for us.
_for_gettext = any(mark in env.str("LANGUAGE", default="") for mark in "_:.")
LANGUAGE_CODE = "nl" if _for_gettext else one_of("LANGUAGE", ("nl", "en"), "nl")
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Amsterdam")
try:
    ZoneInfo(TIME_ZONE)
except (ValueError, OSError, LookupError):
    raise ImproperlyConfigured(
        f"TIME_ZONE is “{TIME_ZONE}”. Allowed: a name of the time zone database, such as Europe/Amsterdam or UTC."
    ) from None
USE_TZ = True

# Style sheet, fonts, script; pictures

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "django.core.files.storage.FileSystemStorage"},  # only articles/ and authors/ are served
    "staticfiles": {"BACKEND": "forum.statics.SmallerStaticFiles"},
}
MEDIA_STORAGE_URL = env.str("MEDIA_STORAGE_URL", default="")
_media_origin = []
if MEDIA_STORAGE_URL:
    try:
        _media = media_store(MEDIA_STORAGE_URL)
    except ValueError as error:
        raise ImproperlyConfigured(f"MEDIA_STORAGE_URL {error}") from None
    STORAGES |= _media.storages
    _media_origin = [_media.origin]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000  # bytes, for editors; forum.middleware is stricter with readers

# Being found

WEBSUB_HUB = env.str("WEBSUB_HUB", default="")
try:
    _hub = urlsplit(WEBSUB_HUB)
    _is_hub = not WEBSUB_HUB or (_hub.scheme in ("http", "https") and _hub.hostname and _hub.port != 0)
except ValueError:
    _is_hub = False
if not _is_hub or _hub.username or _hub.fragment:
    raise ImproperlyConfigured(
        f"WEBSUB_HUB is “{WEBSUB_HUB}”. It must look like https://hub.example.org/, or be empty."
    )

# Security. Names of Django 6 where it has them.

SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", *_media_origin],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SITE_IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SITE_IS_HTTPS
SECURE_HSTS_PRELOAD = SITE_IS_HTTPS
SECURE_SSL_REDIRECT = SITE_IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # asked from this machine, past the proxy
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "forum.errors.stale_form"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Mail; the rules of the house; who of the staff logs in, and how

from forum.fair_play_settings import *  # noqa: E402, F403
from forum.login_settings import *  # noqa: E402, F403
from forum.mail_settings import *  # noqa: E402, F403

MFA_TOTP_ISSUER = SITE_NAME

# What the log and /metrics say

LOG_FORMAT = one_of("LOG_FORMAT", ("text", "json"), "text")
LOG_REQUESTS = yes_or_no("LOG_REQUESTS", default=False)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and (len(METRICS_TOKEN) < 16 or not METRICS_TOKEN.isascii() or not METRICS_TOKEN.isprintable()):
    raise ImproperlyConfigured("METRICS_TOKEN is too easy to guess. Allowed: 16 or more letters, digits and signs.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "forum.logs.Line",
            "format": "{asctime} {levelname} {name} {request_id}: {message}",
            "style": "{",
        },
        "json": {"()": "forum.logs.JsonLine"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},  # a page that is not there is no news
        "flufl.bounce": {"level": "CRITICAL"},  # it logs every detector, and of a fault the mail's own words
        "imapclient": {"level": "CRITICAL"},
        "mail.log": {"level": "CRITICAL"},  # aiosmtpd tells who wrote to whom
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # nor is who asks for another site
    },
}
