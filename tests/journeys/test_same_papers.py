"""The same month twice, with kills, with four workers, and in another order of arrival: the same papers.

What is compared, and why, stands in tests.journeys.papers."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from config.replay import audit, district, playing
from config.replay.rounds import Rounds
from dispatch.models import Letter
from street.models import Organisation
from tests.clock import instant
from tests.journeys.papers import Crowded, Shuffled, Struck, numbers, papers, reminders

SINCE = instant("2023-03-01 09:00")
MONTH = SINCE + timedelta(days=28)
CASES, SEED = 45, 11


@pytest.fixture
def street(settings, transactional_db):
    """A street without matters, in a database that commits for real."""
    settings.NOTICE_BACKEND = "config.replay.playing.handed_over"
    call_command("load_calendar", verbosity=0)
    call_command("load_street", district.STREET, verbosity=0)
    call_command("load_policy", district.POLICY, verbosity=0)


def lived(rounds):
    """A month lived through in one of the ways: the stage, and what the audit found."""
    stage, checked = playing.play(CASES, seed=SEED, since=SINCE, until=MONTH, rounds=rounds, hurried=True)
    return stage, checked.found


KNOWN = {}
"""The month undisturbed, lived through once for all tests of a run."""


def undisturbed():
    """See `plain`."""
    if not KNOWN:
        KNOWN["papers"] = plain()
    return KNOWN["papers"]


def plain():
    """The month as it runs undisturbed, given up afterwards: papers, reminders, numbers."""
    with given_up() as (_, told):
        return told


@contextmanager
def given_up():
    """The stage of such a month and what it left, as long as it stands."""
    with transaction.atomic():
        stage, found = lived(Rounds)
        assert found == []
        yield stage, (papers(stage, numbers=True), reminders(stage), numbers())
        transaction.set_rollback(True)


@pytest.mark.once("sqlite")
def test_the_same_month_again_gives_the_same_papers_and_one_changed_would_be_noticed(street):
    first = undisturbed()
    assert len(first[0]) >= 15 and len(first[1]) >= 60 and len(first[2]) >= 8
    with given_up() as (stage, again):
        assert again == first
        for change in ({"to": Organisation.objects.get(code="sy-jiaoyu")}, {"drafted_at": SINCE}, {"number": "改过的号"}):
            with transaction.atomic():
                row = Letter.objects.filter(status="issued").first()
                Letter.objects.filter(pk=row.pk).update(**change)
                assert papers(stage, numbers=True) != first[0]
                transaction.set_rollback(True)
        assert papers(stage, numbers=True) == first[0]


@pytest.mark.once("postgresql")
def test_processes_killed_within_their_transactions_change_no_paper(street):
    expected = undisturbed()
    stage, found = lived(Struck)
    assert stage.strikes >= 20
    assert found == []
    assert (papers(stage, numbers=True), reminders(stage), numbers()) == expected


@pytest.mark.once("sqlite")
def test_another_order_of_arrival_gives_the_same_papers(street):
    expected = undisturbed()
    stage, found = lived(Shuffled)
    assert found == []
    assert papers(stage, numbers=False) == sorted((*row[:-1], "") for row in expected[0])
    assert reminders(stage) == expected[1]
    assert numbers() == expected[2]


@pytest.mark.on_postgres
def test_four_workers_at_once_give_the_same_papers(street):
    assert connection.vendor == "postgresql"
    expected = undisturbed()
    stage = None
    try:
        stage, found = lived(Crowded)
        assert found == []
        assert (papers(stage, numbers=True), reminders(stage), numbers()) == expected
    finally:
        if stage is not None:
            stage.dismiss()
    assert audit.everything(MONTH) == []
