"""设置: one file, read from the environment; docs/operations.md lists every name.

PROFILE=embedded (default) runs on one machine with nothing but Python; PROFILE=production wants its secrets and
addresses named and refuses to start without them.
"""

import os
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

PROFILE = env("PROFILE", default="embedded")
PRODUCTION = PROFILE == "production"
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()


def _refuse_half_configured() -> None:
    """Name everything that is missing at once, so that one restart mends it."""
    if PROFILE not in {"embedded", "production"}:
        raise ImproperlyConfigured(f"PROFILE={PROFILE}：只能是 embedded 或 production。")
    if not PRODUCTION:
        return
    if DEBUG:
        raise ImproperlyConfigured("PROFILE=production 时不得打开 DEBUG：出错页面会泄露设置和数据。请去掉 DEBUG。")
    needed = ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "SITE_URL"]
    missing = [name for name in needed if not env(name, default="").strip()]
    if missing:
        raise ImproperlyConfigured(f"PROFILE=production 缺少环境变量：{'、'.join(missing)}。说明见 docs/operations.md。")


def _kept_secret(path: Path) -> str:
    """The embedded profile's own secret: made once, readable by its owner alone."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            # link() fails where the file exists: of two first starts at once, both read the same key
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


_refuse_half_configured()
DATA_DIR.mkdir(parents=True, exist_ok=True)

# --- where it is reached -------------------------------------------------------------------------
HOST = env("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
SITE_URL = env("SITE_URL", default=f"http://{'127.0.0.1' if HOST in {'0.0.0.0', '::'} else HOST}:{PORT}").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL={SITE_URL}：要写完整地址，例如 https://shuoshi.example.cn 或 http://192.168.1.5:8000。")
HTTPS = _site.scheme == "https"
# Whoever listens on every address has chosen to be reached by any name
_own_hosts = ["*"] if HOST in {"0.0.0.0", "::"} else ["localhost", "127.0.0.1", "[::1]", HOST, _site.hostname]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else _own_hosts)
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# --- secrets -------------------------------------------------------------------------------------
SECRET_KEY = env("SECRET_KEY", default="") or _kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
SEALING_KEYS = env.list("SEALING_KEYS", default=[])

# --- apps ----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "desk",
    "feedback",
    "dispatch",
    "grievance",
    "street",
    "config.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "axes",
]
MIDDLEWARE = [
    "config.middleware.proxy_address",
    "config.middleware.security_headers",
    "config.middleware.CompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.session_kept",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "street.middleware.StandingMiddleware",
    "street.middleware.ReaderMiddleware",
    "config.errors.RefusedMiddleware",
    "axes.middleware.AxesMiddleware",
]
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
            ],
        },
    },
]

# --- database: the truth; everything else may be emptied at any time -----------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'shuoshi.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"] |= {
        # IMMEDIATE: a transaction that reads and then writes otherwise fails as soon as two meet.
        # FULL: what a resident was told is accepted is on the disk.
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # secure_delete: what is deleted is overwritten, or it could be read from the file's free pages for years.
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;",
        },
        # A file, since the in-memory test database breaks with threads; its own for each run of the tests
        "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"shuoshi-test-{os.getpid()}.sqlite3")},
    }
else:
    # Statements of some milliseconds are not worth compiling, and an estimate that is too high would have them compiled first
    DATABASES["default"]["OPTIONS"] = {"options": "-c jit=off", **DATABASES["default"].get("OPTIONS", {})}

# --- Celery only wakes things up: config/celery.py -----------------------------------------------
REDIS_URL = env("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
# memory:// polls once a second unless told otherwise
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2} if REDIS_URL else {"polling_interval": 0.05}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- people --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "street.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/admin/login/"
LOGIN_REDIRECT_URL = "/admin/"
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_MINUTES", default=30) * 60
SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# One person's slips must not lock a colleague behind the same address
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "locked.html"
AXES_VERBOSE = False

# --- transport -----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = PRODUCTION and HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION and HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_CONTENT_TYPE_NOSNIFF = True
# Receipts and survey links are secrets in the address: no other site may read them from a referrer
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"

# --- language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles" if PRODUCTION else DATA_DIR / "static")))
STATICFILES_DIRS = [directory for directory in [BASE_DIR / "static"] if directory.is_dir()]
# Embedded: served from where they lie, nothing to collect; whitenoise wants the folder to exist all the same
WHITENOISE_USE_FINDERS = not PRODUCTION
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Pictures and recordings have no address of their own: a view serves them after asking who reads
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Above the nine pictures allowed, so that who chose thirty is told so with the text kept, and not turned away at the door
DATA_UPLOAD_MAX_NUMBER_FILES = 100
# What a request may carry in all, refused before it is read; a picture that is too large still gets a sentence of its own
REQUEST_MAX_BYTES = 80 * 1024 * 1024
# A file that is too large is cut off while it streams in, and then refused by its size
FILE_UPLOAD_HANDLERS = [
    "grievance.receiving.CutOff",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
_static_storage = "config.static_files.ModuleStorage" if PRODUCTION else "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _static_storage},
}

# --- the JSON interface --------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "config.errors.api_exception",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# --- the product ---------------------------------------------------------------------------------
NOTICE_BACKEND = env("NOTICE_BACKEND", default="") or "grievance.delivery.append_to_file"
# Where codes go that show who holds a number; unlike a notice's, their text is a secret, and no file of production may hold it
SMS_BACKEND = (
    env("SMS_BACKEND", default="")
    or env("NOTICE_BACKEND", default="")
    or ("grievance.delivery.no_gateway" if PRODUCTION else "grievance.delivery.append_to_file")
)
# 短信回复: the secret with which the office's gateway posts what residents reply (docs/callbacks.md); empty: no replies
SMS_INBOUND_SECRET = env("SMS_INBOUND_SECRET", default="")
# A number that was typed on a resident's page gets no text but the code until its holder has typed the code back
VERIFY_NUMBERS = env.bool("VERIFY_NUMBERS", default=True)
# Submissions per address, e.g. 60/hour; empty: off. Counted in the database, so that every process counts alike
INTAKE_THROTTLE = env("INTAKE_THROTTLE", default="60/hour")
# A resident may urge once in so many hours
URGE_HOURS = env.int("URGE_HOURS", default=24)
BACKLOG_BANDS = env.list("BACKLOG_BANDS", default=["7", "30", "90"])
BACKLOG_AFTER = env.int("BACKLOG_AFTER", default=30)
# 导出台账: rows at most, rows from which a reason is asked, and the office's own columns in its own order (empty: all of them)
EXPORT_MOST = env.int("EXPORT_MOST", default=100_000)
EXPORT_REASON_FROM = env.int("EXPORT_REASON_FROM", default=500)
EXPORT_COLUMNS = env.list("EXPORT_COLUMNS", default=[])
# A short video of a resident: megabytes and seconds
VIDEO_MAX_MB = env.int("VIDEO_MAX_MB", default=50)
VIDEO_MAX_BYTES = VIDEO_MAX_MB * 1024 * 1024
VIDEO_MAX_SECONDS = env.int("VIDEO_MAX_SECONDS", default=60)
# Files sent while their sender still writes: what may wait in all, in megabytes; beyond it they come with the form
WAITING_MAX_MB = env.int("WAITING_MAX_MB", default=2048)
# 自动派单想要的准确率: thresholds are chosen for it when a model is trained, so a change counts from the next night on
AUTO_PRECISION = env.float("AUTO_PRECISION", default=0.99)
OFFICE_PHONE = env("OFFICE_PHONE", default="")
# 一张图的底图: without both the key and the 审图号 no tile is loaded, and the policy of no page names another host
TIANDITU_KEY = env("TIANDITU_KEY", default="")
TIANDITU_APPROVAL = env("TIANDITU_APPROVAL", default="")

# --- papers: templates are shipped in templates/letters, an office's own lie in DATA_DIR/letters ---
PAPER_DIR = DATA_DIR / "letters"
# Font in the template=font on this machine[:bold]; an office that has 仿宋_GB2312 and 方正小标宋 sets it empty
PAPER_FONTS = env.dict(
    "PAPER_FONTS",
    default={
        "方正小标宋简体": "Noto Serif CJK SC:bold",
        "仿宋_GB2312": "Noto Serif CJK SC",
        "楷体_GB2312": "AR PL KaitiM GB",
        "黑体": "Noto Sans CJK SC:bold",
        "宋体": "Noto Serif CJK SC",
    },
)

# --- log: to stderr, for whoever runs the process to keep ----------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING" if not PRODUCTION else "INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        # A 404 is logged with its address, and addresses here hold receipts
        "django.request": {"level": "ERROR"},
    },
}
