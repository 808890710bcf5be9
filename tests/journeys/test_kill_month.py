"""A random but seeded month against running processes, killed at ten random moments: nothing lost, nothing doubled."""

from collections import Counter
from types import SimpleNamespace

import pytest

from tests import services
from tests.clock import SHANGHAI
from tests.journeys.month.play import DAYS, FIRST_DAY, KILLS, Month
from tests.journeys.month.stacks import OneProcess, Processes

SEED = 20230301


# Each pass lives through one month, so that the passes take about as long
@pytest.fixture(scope="module", params=[
    pytest.param("one process", marks=pytest.mark.own_servers),
    pytest.param("processes", marks=[pytest.mark.on_postgres, pytest.mark.needs_postgres, pytest.mark.needs_redis]),
])  # fmt: skip
def month(request, tmp_path_factory):
    """The clients' own log, and what the data holds once the month is over."""
    folder = tmp_path_factory.mktemp("month")
    if request.param == "one process":
        yield lived_through(OneProcess(folder, tables=request.getfixturevalue("django_db_setup")))
        return
    server, tables = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_tables")
    with services.redis() as broker:
        yield lived_through(Processes(folder, database=services.new_database(server, like=tables), broker=broker))


def lived_through(stack):
    """Everything the tests compare."""
    stack.set_clock(FIRST_DAY.astimezone(SHANGHAI))
    with stack:
        month = Month(stack, SEED)
        found = month.play()
    return SimpleNamespace(log=month.log, strikes=month.strikes, **found)


def test_it_was_a_month_worth_the_name(month):
    assert len(month.strikes) == KILLS
    assert len(month.log.accepted) >= 40
    assert month.log.broken_connections > 0
    assert sum(month.log.made.values()) >= 60
    assert month.log.signed and month.log.rated


def test_nobody_met_an_error_or_a_refusal_that_nothing_explains(month):
    assert month.log.surprises == []


def test_nothing_is_left_undone(month):
    assert not any(month.waiting.values()), month.waiting


def test_every_accepted_grievance_is_there_once_under_the_number_and_receipt_as_answered(month):
    stored = [(row["key"], (row["number"], row["receipt"])) for row in month.grievances]
    assert sorted(stored) == sorted(month.log.accepted.items())
    assert Counter(row["case"] for row in month.grievances) == Counter(row["number"] for row in month.cases)


def test_every_case_that_the_rules_send_has_one_lead_order_a_round_and_the_others_none_but_by_hand(month):
    led = Counter((row["case"], row["round"]) for row in month.orders if row["lead"])
    rounds = {row["number"]: row["round"] for row in month.cases}
    sent = {row["case"] for row in month.grievances if row["key"] in month.log.sure} | month.log.sent_by_hand
    assert led == Counter((case, number) for case in sent for number in range(1, rounds[case] + 1))


def test_every_move_that_was_answered_was_made_once(month):
    stored = Counter({(row["number"], name): count for row in month.orders for name, count in row["moves"].items()})
    assert set(stored) == set(month.log.made)
    wrong = {
        key: (count, stored[key])
        for key, count in month.log.made.items()
        if not count <= stored[key] <= count + month.log.lost[key]
    }
    assert wrong == {}


def test_every_checkpoint_that_fell_due_acted_once(month):
    due = month.checkpoints
    assert [row for row in due if not row["fired"] or row["failures"]] == []
    live = [row for row in due if not row["over"]]
    assert len(live) >= 30
    assert [row for row in live if row["events"] != 1] == []
    assert [row for row in live if row["measure"] in ("remind", "chase", "draft") and not row["notice"]] == []
    assert [row for row in due if row["over"] and (row["events"] or row["notice"] or row["letter"])] == []


def test_every_draft_of_the_clock_is_one_letter_and_numbers_have_no_gap(month):
    drafted = {row["pk"] for row in month.checkpoints if row["letter"]}
    assert sorted(row["drafted_by_clock"] for row in month.letters) == sorted(drafted)
    assert {row["pk"] for row in month.letters if row["status"] == "issued"} == month.log.signed
    series = Counter(row["kind"] for row in month.letters if row["status"] == "issued")
    numbers = Counter((row["kind"], row["number"]) for row in month.letters if row["status"] == "issued")
    serials = {(kind, int(number.split("〕")[1].rstrip("号"))) for kind, number in numbers}
    assert serials == {(kind, serial) for kind, count in series.items() for serial in range(1, count + 1)}


def test_every_notice_was_delivered_and_says_under_which_key(month):
    assert month.unsent == []
    assert {key for key, due in month.notices.items() if due} <= set(month.delivered) <= set(month.notices)
    # On its way out when its worker was killed, or when the clock leapt past its lease: once more, with the same key
    assert sum(count - 1 for count in month.delivered.values()) <= 2 * (KILLS + DAYS)


def test_every_notice_that_must_be_is_there(month):
    wanted = {f"order:{row['pk']}" for row in month.orders} | {f"letter:{pk}" for pk in month.log.signed}
    reachable = {row["number"] for row in month.grievances if row["key"] in month.log.with_phone}
    wanted |= {f"received:{row['pk']}" for row in month.grievances if row["number"] in reachable}
    wanted |= {f"callback:{row['pk']}" for row in month.callbacks if row["grievance"] in reachable}
    assert wanted - set(month.notices) == set()


def test_every_person_of_a_resolved_case_is_called_back_once_a_round(month):
    asked = Counter((row["case"], row["grievance"], row["round"]) for row in month.callbacks)
    people = {row["case"]: row["number"] for row in month.grievances}
    resolved = [(row["number"], people[row["number"]], number + 1) for row in month.cases for number in range(row["resolved"])]
    assert asked == Counter(resolved)


def test_every_answer_of_a_resident_counts_once_and_discontent_never_closes(month):
    numbers = {row["receipt"]: row["number"] for row in month.grievances}
    said = Counter((numbers[receipt], content) for receipt, answers in month.log.rated.items() for content in answers)
    assert Counter((row["grievance"], row["content"]) for row in month.callbacks if row["status"] == "answered") == said
    # Silence closes too, once the link has run out, and is told apart
    ended = {row["case"] for row in month.callbacks if row["content"] or row["status"] == "unreachable"}
    assert {row["number"] for row in month.cases if row["status"] == "closed"} == ended
