"""One settings file reads the environment; the production profile refuses to start half configured."""

import os
import stat
import subprocess
import sys

import pytest

from tests.services import REPO, bare_environment

COMPLETE = {
    "PROFILE": "production",
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": "shuoshi.example.cn",
    "DATABASE_URL": "postgres://shuoshi:x@127.0.0.1:1/shuoshi",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SITE_URL": "https://shuoshi.example.cn",
}


def setting(expression, **environment):
    """What `settings.<expression>` is in a fresh process; AssertionError with its complaint where it refuses to start."""
    code = f"from django.conf import settings; print(repr(settings.{expression}))"
    command = [sys.executable, "-c", code]
    environment = bare_environment(DJANGO_SETTINGS_MODULE="config.settings", **environment)
    ran = subprocess.run(command, cwd=REPO, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr.strip().splitlines()[-1]
    return ran.stdout.strip()


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "data")


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "SITE_URL"])
@pytest.mark.parametrize("value", [None, "", "  "])
def test_production_does_not_start_without(name, value, folder):
    environment = {**COMPLETE, "DATA_DIR": folder, name: value}
    with pytest.raises(AssertionError, match=f"ImproperlyConfigured.*{name}"):
        setting("DEBUG", **{key: text for key, text in environment.items() if text is not None})
    assert not os.path.exists(folder)


def test_production_names_all_that_is_missing_at_once(folder):
    with pytest.raises(AssertionError, match="SECRET_KEY、ALLOWED_HOSTS、DATABASE_URL、REDIS_URL、SITE_URL"):
        setting("DEBUG", PROFILE="production", DATA_DIR=folder)


def test_production_does_not_start_with_debug_on(folder):
    with pytest.raises(AssertionError, match="ImproperlyConfigured.*DEBUG"):
        setting("DEBUG", **COMPLETE, DATA_DIR=folder, DEBUG="1")


def test_an_unknown_profile_is_not_taken_for_the_lenient_one(folder):
    with pytest.raises(AssertionError, match="ImproperlyConfigured.*produktion"):
        setting("DEBUG", PROFILE="produktion", DATA_DIR=folder)


@pytest.mark.parametrize("address", ["shuoshi.example.cn", "ftp://shuoshi.example.cn", "https://"])
def test_a_site_address_that_no_phone_could_open_is_refused(address, folder):
    with pytest.raises(AssertionError, match="ImproperlyConfigured.*SITE_URL"):
        setting("DEBUG", DATA_DIR=folder, SITE_URL=address)


@pytest.mark.parametrize("name", ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"])
def test_production_on_https_keeps_to_https(name, folder):
    assert setting(name, **COMPLETE, DATA_DIR=folder) == "True"
    assert setting(name, DATA_DIR=folder) == "False"


def test_production_tells_browsers_to_stay_on_https_for_a_year(folder):
    assert setting("SECURE_HSTS_SECONDS", **COMPLETE, DATA_DIR=folder) == "31536000"


def test_production_answers_to_the_hosts_named_and_no_other(folder):
    assert setting("ALLOWED_HOSTS", **COMPLETE, DATA_DIR=folder) == "['shuoshi.example.cn']"


def test_embedded_secret_is_made_once_and_readable_by_its_owner_alone(folder):
    first = setting("SECRET_KEY", DATA_DIR=folder)
    assert setting("SECRET_KEY", DATA_DIR=folder) == first
    assert len(first) > 60
    assert stat.S_IMODE(os.stat(f"{folder}/secret_key").st_mode) == 0o600


def test_two_first_starts_at_once_agree_on_the_secret(folder):
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    environment = bare_environment(DJANGO_SETTINGS_MODULE="config.settings", DATA_DIR=folder)
    run = {"cwd": REPO, "env": environment, "stdout": subprocess.PIPE, "text": True}
    starts = [subprocess.Popen([sys.executable, "-c", code], **run) for _ in range(4)]
    assert len({start.communicate()[0] for start in starts}) == 1


def test_embedded_needs_no_server(folder):
    assert "sqlite3" in setting("DATABASES['default']['ENGINE']", DATA_DIR=folder)
    assert setting("CELERY_BROKER_URL", DATA_DIR=folder).startswith("'memory://")


def test_a_phone_reaches_the_embedded_server_by_the_address_in_site_url(folder):
    hosts = setting("ALLOWED_HOSTS", DATA_DIR=folder, SITE_URL="http://192.168.1.5:8000")
    assert "'192.168.1.5'" in hosts


def test_uploaded_files_have_no_address_of_their_own(settings):
    assert not settings.MEDIA_URL.strip("/")
