"""The production shape, the locks and the page of settings agree with the program."""

import re
import subprocess
import tomllib
from importlib import import_module

import pytest
import yaml

from config.celery import SWEEPS, app
from tests import services
from tests.services import REPO

COMPOSE = yaml.safe_load((REPO / "docker-compose.yml").read_text())
SETTINGS = (REPO / "config" / "settings.py").read_text()
OPERATIONS = (REPO / "docs" / "operations.md").read_text()
NAMES = sorted(set(re.findall(r'\benv(?:\.\w+)?\("([A-Z_]+)"', SETTINGS)))
MUST_BE_SET = ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "OFFICE_PHONE", "POSTGRES_PASSWORD"]


def test_containers_are_the_processes_of_production():
    assert {"web", "worker", "beat", "db", "redis"} <= set(COMPOSE["services"])
    assert set(COMPOSE["volumes"]) == {"data", "db"}


def test_debians_compose_would_refuse_a_name_at_the_top():
    assert "name" not in COMPOSE


@pytest.mark.parametrize("service", ["web", "worker", "beat", "db", "redis"])
def test_every_container_that_stays_up_says_whether_it_is_well(service):
    assert COMPOSE["services"][service]["healthcheck"]["test"]


@pytest.mark.parametrize("name", MUST_BE_SET)
def test_compose_has_no_default_for(name):
    text = (REPO / "docker-compose.yml").read_text()
    assert re.search(rf"\$\{{{name}:\?", text)
    assert not re.search(rf"\$\{{{name}(:-|\}})", text)


@pytest.mark.parametrize("service", ["migrate", "web", "worker", "beat"])
def test_containers_run_the_production_profile(service):
    assert COMPOSE["services"][service]["environment"]["PROFILE"] == "production"


def test_containers_set_nothing_that_the_settings_do_not_read():
    assert set(COMPOSE["services"]["web"]["environment"]) <= set(NAMES)


@pytest.mark.parametrize("name", [*NAMES, "DEMO"])
def test_operations_page_explains(name):
    assert f"`{name}`" in OPERATIONS


def test_only_one_scheduler_and_no_schedule_on_disk():
    assert COMPOSE["services"]["beat"]["command"][:4] == ["celery", "-A", "config", "beat"]
    assert app.conf.beat_scheduler == "celery.beat:Scheduler"


@pytest.mark.parametrize("name", SWEEPS)
def test_scheduled_sweep_is_a_task_that_exists(name):
    import_module(name.rpartition(".")[0])
    assert name in app.tasks


def test_no_task_waits_in_the_broker_for_its_hour():
    sources = [
        path for folder in ("grievance", "dispatch", "feedback", "desk", "config") for path in (REPO / folder).rglob("*.py")
    ]
    assert [str(path) for path in sources if re.search(r"\b(countdown|eta)=", path.read_text())] == []


def pins(lock):
    return re.findall(r"^\S+==\S+", (REPO / lock).read_text(), re.MULTILINE)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_lock_pins_every_file_by_hash_and_names_no_address(lock):
    text = (REPO / lock).read_text()
    assert "://" not in text
    assert pins(lock)
    assert len(re.findall(r"^\S+==.*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)) == len(pins(lock))


def test_test_lock_adds_to_the_lock_and_changes_nothing_in_it():
    assert set(pins("requirements.lock")) <= set(pins("requirements-test.lock"))


def test_every_direct_dependency_is_locked_and_has_its_reason_beside_it():
    text = (REPO / "pyproject.toml").read_text()
    tables = tomllib.loads(text)
    direct = [*tables["project"]["dependencies"], *tables["project"]["optional-dependencies"]["prod"]]
    locked = {pin.split("==")[0].lower() for pin in pins("requirements-test.lock")}
    for dependency in [*direct, *tables["dependency-groups"]["test"]]:
        assert re.search(rf'"{re.escape(dependency)}",\s+# \S', text), dependency
        assert re.split(r"[\[<>=]", dependency)[0].lower() in locked


@pytest.mark.needs_compose
def test_compose_file_satisfies_composes_own_reader():
    command = [services.compose_bin(), "config", "-q"]
    values = dict.fromkeys(MUST_BE_SET, "x")
    taken = subprocess.run(command, cwd=REPO, env=services.bare_environment(**values), capture_output=True)
    assert taken.returncode == 0, taken.stderr


@pytest.mark.needs_compose
@pytest.mark.parametrize("missing", MUST_BE_SET)
def test_compose_does_not_start_without(missing):
    values = {name: "x" for name in MUST_BE_SET if name != missing}
    command = [services.compose_bin(), "config", "-q"]
    refused = subprocess.run(command, cwd=REPO, env=services.bare_environment(**values), capture_output=True, text=True)
    assert refused.returncode != 0
    assert missing in refused.stderr
