"""What every test gets, and what happens to a test whose means are missing on this machine."""

import gc
import json
import os
import shutil
import signal
import tempfile
from collections import Counter
from pathlib import Path

import pytest
import requests
from _pytest import main as pytest_main
from django.db import connections
from django.test import SimpleTestCase, TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import services, triggers
from tests.stack import Embedded, Production

# marker → (what is missing, how it is found)
MEANS = {
    "needs_postgres": ("PostgreSQL（Debian 包 postgresql）", services.postgres_bin),
    "needs_redis": ("Redis（Debian 包 redis-server）", services.redis_bin),
    "needs_office": ("LibreOffice（Debian 包 libreoffice-writer-nogui、poppler-utils）", services.office_bin),
    "needs_chromium": ("Chromium（Debian 包 chromium）", services.chromium_bin),
    "needs_webkit": ("WebKit（Debian 包 webkit2gtk-driver、xvfb）", services.webkit_bins),
    "needs_curl": ("curl（Debian 包 curl）", services.curl_bin),
    "needs_compose": ("docker-compose（Debian 包 docker-compose）", services.compose_bin),
    "needs_shared_data": ("真实留言数据（SHARED_DATA 或 ../shared/data）", services.shared_data),
}
REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
MANY = 100
NOT_RUN = pytest.StashKey[dict]()


def missing_for(item):
    """The first means that `item` needs and this machine has not, else None."""
    needs = [(what, find) for name, (what, find) in MEANS.items() if item.get_closest_marker(name)]
    return next((what for what, find in needs if not find()), None)


def other_pass_for(item):
    """A test of what only one database does belongs to the pass on that database; one that runs its own servers or that asks for
    no database at all, to the first; `once` names the pass of one that is long and to which the database makes no difference."""
    vendor = connections["default"].vendor
    if item.get_closest_marker("own_servers") and vendor != "sqlite":
        return "自己起数据库，与这一遍的无关（第一遍已跑：不设 DATABASE_URL）"
    if vendor != "sqlite" and not item.get_closest_marker("on_postgres") and not asks_for_a_database(item):
        return "不用数据库，两遍都一样（第一遍已跑：不设 DATABASE_URL）"
    once = item.get_closest_marker("once")
    if once and vendor != once.args[0]:
        return "很费时，哪种数据库上都一样（在另一遍跑）"
    if item.get_closest_marker("on_postgres") and vendor != "postgresql":
        return "只在 PostgreSQL 上有意义（另一遍：DATABASE_URL=postgres://…）"
    if item.get_closest_marker("on_sqlite") and vendor != "sqlite":
        return "只在 SQLite 上有意义（另一遍：不设 DATABASE_URL）"
    return None


def asks_for_a_database(item):
    """Whether the test, its class, or a fixture that it builds on may touch the database; whatever else would is refused it."""
    if item.get_closest_marker("django_db") or (item.cls and issubclass(item.cls, SimpleTestCase)):
        return True
    names, known = {*item.fixturenames}, item._fixtureinfo.name2fixturedefs
    fixtures = [one for name in names for one in known.get(name, ()) if not one.func.__module__.startswith("pytest_django")]
    return bool({"db", "transactional_db"} & names) or any("django_db_blocker" in one.argnames for one in fixtures)


def pytest_collection_modifyitems(config, items):
    """Deselect what cannot run here and remember it; with REQUIRE_ALL=1 it stays, and fails."""
    not_run, kept = {}, []
    for item in items:
        gap = None if REQUIRE_ALL else missing_for(item)
        reason = gap or other_pass_for(item)
        if reason:
            not_run.setdefault(reason, []).append(item)
        else:
            kept.append(item)
    config.stash[NOT_RUN] = not_run
    config.hook.pytest_deselected(items=[item for group in not_run.values() for item in group])
    items[:] = kept


def pytest_configure(config):
    """What is imported and collected is kept anyway: the collector need not walk it again and again."""
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish(session):
    """What the imported libraries hold lives as long as the run."""
    gc.collect()
    gc.freeze()


def pytest_runtestloop(session):
    """All tests run within one frame that has the whole stack of Python calls at its disposal from the beginning."""
    return _roomy(session)


def _roomy(session):
    return pytest_main.pytest_runtestloop(session)


# CPython 3.11 maps 16 KB more of stack whenever a call does not fit, and unmaps them when it returns: where a loop calls across
# that border, a fifth of the time goes into page faults. The piece that a frame of 560 KB asks for has room for all within it.
_roomy.__code__ = _roomy.__code__.replace(co_stacksize=70_000)


def pytest_runtest_setup(item):
    """A gap that REQUIRE_ALL=1 does not forgive."""
    if what := missing_for(item):
        pytest.fail(f"REQUIRE_ALL=1，但这里没有 {what}", pytrace=False)


def pytest_terminal_summary(terminalreporter, config):
    """Name what was not run, and why; by file where hundreds of names would bury all else."""
    for reason, items in config.stash.get(NOT_RUN, {}).items():
        terminalreporter.write_line(f"not run ({len(items)}): {reason}")
        files = Counter(item.nodeid.partition("::")[0] for item in items)
        many = [f"{file}（{count}）" for file, count in files.items()] if len(items) > MANY else None
        for line in many or [item.nodeid for item in items]:
            terminalreporter.write_line(f"  {line}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """A test database need not survive a power cut: `synchronous=FULL` costs a disk flush for each commit."""
    database = connections["default"]
    if database.vendor == "sqlite":
        hasty = "PRAGMA journal_mode=WAL;PRAGMA synchronous=OFF;PRAGMA secure_delete=ON;"
        database.settings_dict["OPTIONS"]["init_command"] = hasty


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """A copy of the file with the tables as the migrations made them, for processes under test; None where there is none."""
    database = connections["default"]
    if database.vendor != "sqlite" or database.settings_dict["NAME"] != database.settings_dict["TEST"]["NAME"]:
        yield None
        return
    kept = tmp_path_factory.mktemp("tables") / "shuoshi.sqlite3"
    with django_db_blocker.unblock(), database.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(kept)])
    yield kept


@pytest.fixture(autouse=True, scope="session")
def history_can_be_emptied():
    """Between tests alone: everywhere else the database refuses to delete a line of a case's history."""
    empty = TransactionTestCase._fixture_teardown

    def emptied(test):
        with triggers.lifted():
            empty(test)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptied)
        yield


@pytest.fixture(autouse=True, scope="session")
def equal_sentences_teach_the_same():
    """What the shipped example sentences taught is kept for the run: every test that loads the policy would learn them anew."""
    from grievance.classify.learned import sayings

    learned, kept = sayings.train, {}

    def train(said, *, about):
        key = json.dumps([said, about], sort_keys=True)
        if key not in kept:
            kept[key] = learned(said, about=about)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sayings, "train", train)
        yield


@pytest.fixture(autouse=True, scope="session")
def static_files_are_looked_for_once():
    """Every browser of a test has middleware of its own, and with it a walk over the same folders of static files."""
    found, kept = WhiteNoiseMiddleware.add_files_from_finders, {}

    def look(middleware):
        names = middleware.static_root, middleware.static_prefix, middleware.max_age
        if names not in kept:
            found(middleware)
            kept[names] = dict(middleware.files)
        middleware.files.update(kept[names])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look)
        yield


@pytest.fixture(autouse=True)
def words_of_this_test():
    """What the process remembers of the office's words is of the test before."""
    from grievance.classify import screening
    from street import wording

    screening.forget()
    # No language is loaded unless a test loads one
    wording.remember({})


@pytest.fixture(autouse=True)
def own_files(settings):
    """Every test has a data directory of its own, empty at first; passwords are hashed cheaply."""
    folder = Path(tempfile.mkdtemp(prefix="shuoshi-test-"))
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server():
    """The address of a private PostgreSQL without a database name; mark such tests `needs_postgres`."""
    with services.postgres(durable=False) as address:
        yield address


@pytest.fixture(scope="session")
def postgres_tables(postgres_server, tmp_path_factory):
    """The address of a database on which the production's `migrate` has run, once; the databases of tests are copies of it."""
    address = services.new_database(postgres_server)
    production = Production(tmp_path_factory.mktemp("migrated"), database=address, broker="redis://127.0.0.1:1/0")
    production.manage("migrate", "--noinput", "-v0")
    return address


@pytest.fixture(scope="session")
def first_start(tmp_path_factory):
    """The first start of `manage.py up` on an empty directory, stopped by Ctrl-C after one look around; once for the run."""
    stack = Embedded(tmp_path_factory.mktemp("first"))
    with stack:
        stack.home = requests.get(stack.url, timeout=10)
        stack.page = requests.get(f"{stack.url}/q/{stack.codes[0]}/", timeout=10)
        stack.exit_code = stack.parts["up"].stop(signal.SIGINT)
    stack.said = stack.parts["up"].output
    return stack


@pytest.fixture(scope="session")
def started_before(first_start, tmp_path_factory):
    """`started_before("desk")`: a data directory of one's own, as the first start left it; none is made twice, it takes long."""

    def copied(name):
        return shutil.copytree(first_start.environment["DATA_DIR"], tmp_path_factory.mktemp(name), dirs_exist_ok=True)

    return copied


@pytest.fixture(scope="session")
def redis_url():
    """The address of a private Redis; mark such tests `needs_redis`."""
    with services.redis() as address:
        yield address


@pytest.fixture(scope="session")
def chromium():
    """The path of the Chromium to drive; mark such tests `needs_chromium`."""
    return services.chromium_bin()


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real messages; mark such tests `needs_shared_data`."""
    return services.shared_data()
