"""Four sweep workers on PostgreSQL beside busy handlers: each checkpoint fires once, and nobody is thrown out of a deadlock."""

import json
import subprocess
import sys

import pytest

from tests import services
from tests.services import REPO, bare_environment

pytestmark = [pytest.mark.needs_postgres, pytest.mark.own_servers]
ORDERS, WORKERS, HANDLERS = 40, 4, 2
LONGEST = 240


class Rivals:
    """Processes of tests/contracts/rival.py on one database."""

    def __init__(self, address, folder):
        self.environment = bare_environment(
            DATABASE_URL=address, DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE="config.settings", LOG_LEVEL="CRITICAL"
        )

    def start(self, *command):
        """A process of its own, speaking through pipes."""
        return subprocess.Popen(
            [sys.executable, *command], cwd=REPO, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def alone(self, name, argument=""):
        """Run one part to its end; what it said."""
        said, _ = self.start("-m", "tests.contracts.rival", name, str(argument)).communicate(timeout=LONGEST)
        return json.loads(said)

    def all_at_once(self, *parts):
        """Run many, starting together; what each said, in order."""
        running = [self.start("-m", "tests.contracts.rival", name, str(argument), "wait") for name, argument in parts]
        for process in running:
            assert json.loads(process.stdout.readline()) == {"ready": True}
        for process in running:
            process.stdin.write("\n")
            process.stdin.flush()
        return [json.loads(process.communicate(timeout=LONGEST)[0]) for process in running]


@pytest.fixture(scope="module")
def race(postgres_server, postgres_tables, tmp_path_factory):
    """What everybody said, and what the database holds afterwards."""
    rivals = Rivals(services.new_database(postgres_server, like=postgres_tables), tmp_path_factory.mktemp("race"))
    loaded = rivals.alone("load", ORDERS)
    said = rivals.all_at_once(*[("sweep", "")] * WORKERS, *[("handle", seed) for seed in range(HANDLERS)])
    return {**loaded, "workers": said[:WORKERS], "handlers": said[WORKERS:], "tally": rivals.alone("tally")}


def test_it_really_was_a_race(race):
    assert sum(worker["fired"] > 0 for worker in race["workers"]) >= 2
    assert all(handler["outcomes"]["done"] >= 10 for handler in race["handlers"])
    assert race["tally"]["fired"] >= 100


def test_each_due_checkpoint_fired_and_left_one_event(race):
    tally = race["tally"]
    assert tally["left"] == []
    assert tally["without_one_event"] == []
    assert tally["events_without_a_fired_checkpoint"] == 0


def test_each_left_its_notice_and_its_draft_once(race):
    tally = race["tally"]
    assert tally["pressed_without_notice"] == []
    assert tally["drafted_without_letter"] == []
    assert tally["letters_of_no_draft"] == 0
    assert tally["supervised_twice"] == []


def test_planted_failures_step_aside_and_nothing_else_fails(race):
    tally = race["tally"]
    assert tally["broken"] == ORDERS // 8
    assert (tally["broken_fired"], tally["broken_not_postponed"]) == (0, 0)
    assert [worker["failed"] for worker in race["workers"]] == [{}] * WORKERS


def test_no_handler_meets_a_deadlock_or_any_other_surprise(race):
    met = {kind for handler in race["handlers"] for kind in handler["outcomes"]}
    assert sorted(kind for kind in met if kind.startswith("failed")) == []
