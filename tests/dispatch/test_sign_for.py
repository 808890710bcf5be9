"""签收回执: the addressee signs for an issued paper once, with the time; who answers has thereby signed for it."""

from datetime import timedelta

import pytest

from desk.moves import moves_open, perform
from dispatch.actions import receiving, supervision
from dispatch.models import Letter
from grievance.casework import Refused
from grievance.models import Event
from street.scope import stand
from tests.dispatch.paperwork import NOW, a_letter, an_order, signed
from tests.dispatch.scene import a_street

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def paper(scene):
    return signed(scene, a_letter(an_order(scene)))


def offered(letter, user, at=LATER):
    stand(user, at)
    return {move.name for move in moves_open(letter, user, at=at)}


def test_addressee_signs_for_a_paper_with_the_time(scene, paper):
    who = scene.who("luxi")
    receiving.receive(paper, by=who, at=LATER)
    row = Letter.objects.get()
    assert (row.received_at, row.received_by) == (LATER, who)
    event = Event.objects.get(kind="letter.receive")
    assert event.actor == who and event.posting and row.number in event.sentence


def test_nobody_signs_for_it_twice(scene, paper):
    receiving.receive(paper, by=scene.who("luxi"), at=LATER)
    with pytest.raises(Refused) as refusal:
        receiving.receive(paper, by=scene.who("luxi_secretary"), at=LATER + timedelta(hours=1))
    assert refusal.value.code == "received_before" and "luxi" in refusal.value.message
    assert Letter.objects.get().received_at == LATER


def test_neighbour_and_sender_never_sign_for_it(scene, paper):
    for name in ("xisheng", "leader", "secretary"):
        with pytest.raises(Refused) as refusal:
            receiving.receive(paper, by=scene.who(name), at=LATER)
        assert refusal.value.code == "role_missing"
    assert Letter.objects.get().received_at is None


def test_draft_cannot_be_signed_for(scene):
    draft = a_letter(an_order(scene))
    with pytest.raises(Refused) as refusal:
        receiving.receive(draft, by=scene.who("luxi"), at=LATER)
    assert refusal.value.code == "not_issued"


def test_answer_signs_for_what_nobody_has_signed_for_and_names_who_answered(scene, paper):
    supervision.answer(paper, text="已办理。", by=scene.who("luxi"), at=LATER)
    row = Letter.objects.get()
    assert row.received_at == row.answered_at == LATER
    assert row.received_by == row.answered_by == scene.who("luxi")
    assert Event.objects.filter(kind="letter.receive").count() == 1


def test_answer_leaves_an_earlier_receipt_as_it_was(scene, paper):
    receiving.receive(paper, by=scene.who("luxi_secretary"), at=LATER)
    supervision.answer(paper, text="已办理。", by=scene.who("luxi"), at=LATER + timedelta(hours=3))
    row = Letter.objects.get()
    assert (row.received_at, row.received_by) == (LATER, scene.who("luxi_secretary"))
    assert row.answered_by == scene.who("luxi")


def test_button_is_there_for_the_addressee_until_it_is_pressed(scene, paper):
    assert "receive" in offered(paper, scene.who("luxi"))
    assert "receive" not in offered(paper, scene.who("xisheng")) | offered(paper, scene.who("leader"))
    perform(paper, "receive", {}, by=scene.who("luxi"), at=LATER)
    assert "receive" not in offered(Letter.objects.get(), scene.who("luxi"))
