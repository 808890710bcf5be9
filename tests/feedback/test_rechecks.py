"""A few of those who answered are asked once more, by somebody else; the first answer stays."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from feedback.actions import recheck
from feedback.figures import keeping
from feedback.models import Callback, FigureRule, Recheck, Tally
from grievance.casework import Refused
from grievance.models import Notice
from street.models import Posting, Role
from tests.clock import travel
from tests.dispatch.scene import later, person
from tests.feedback.scene import CONTENT, RESOLVED_AT, a_resolved_case, answers, asked, forget_the_phone

DAY_AFTER = later(RESOLVED_AT, hours=24)
PAGE = "/desk/rechecks/"
NOT_SOLVED = {"replied": False, "resolved": "no", "satisfaction": "mostly"}


def share(value):
    FigureRule.objects.update_or_create(starts=date(2023, 1, 1), defaults={"recheck_share": Decimal(value)})


@pytest.fixture
def drawn(scene):
    """One matter whose one answer was drawn."""
    share("1")
    answers(asked(a_resolved_case(scene))[0], CONTENT)
    assert recheck.draw(at=later(RESOLVED_AT, hours=1)) == 1
    return Recheck.objects.get()


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as no:
        call(*args, **kwargs)
    return no.value.code


def test_a_twentieth_is_drawn_by_a_lot_that_is_in_each_callback_itself():
    lots = [recheck.lot(Callback(token_salt=bytes([n // 256, n % 256] * 8))) for n in range(4000)]
    assert lots == [recheck.lot(Callback(token_salt=bytes([n // 256, n % 256] * 8))) for n in range(4000)]
    assert 150 <= sum(one < FigureRule().recheck_share for one in lots) <= 250


def test_who_left_no_phone_who_waits_and_who_was_just_asked_is_not_drawn(scene):
    share("0")
    heard, silent, waiting = asked(a_resolved_case(scene, reporters=3))
    forget_the_phone(silent.grievance)
    answers(heard, CONTENT)
    answers(silent, CONTENT)
    assert recheck.draw(at=DAY_AFTER) == 0, "nobody at a share of nought"
    share("1")
    assert (recheck.draw(at=DAY_AFTER), recheck.draw(at=DAY_AFTER)) == (1, 0)
    assert Recheck.objects.get().callback == heard
    again = asked(a_resolved_case(scene, at=later(DAY_AFTER, hours=1)), at=later(DAY_AFTER, hours=3))[0]
    answers(again, CONTENT, at=later(DAY_AFTER, hours=3))
    assert recheck.draw(at=later(DAY_AFTER, hours=4)) == 0, "the same number, a day later"
    assert recheck.draw(at=later(RESOLVED_AT, hours=24 * 40)) == 0, "too long ago to ask"


def test_a_second_answer_that_contradicts_is_shown_and_changes_neither_the_first_nor_a_figure(scene, drawn):
    keeping.keep_up()
    was = list(Tally.objects.order_by("pk").values_list("measure", "number"))
    supervisor = scene.who("supervisor")
    row = recheck.take(drawn, by=supervisor, at=DAY_AFTER)
    assert recheck.reveal(row, by=supervisor, at=DAY_AFTER) == "13800001000"
    row = recheck.record(row, **NOT_SOLVED, by=supervisor, at=DAY_AFTER)
    assert (row.verdict, row.contradicts, row.owner) == ("worse", True, supervisor)
    first = Callback.objects.get()
    assert (first.resolved, first.satisfaction, first.content) == ("yes", "yes", True)
    told = dict(Notice.objects.filter(key__startswith=f"recheck:{row.pk}").values_list("key", "text"))
    assert len(told) == 2 and "reopen/" in told[f"recheck:{row.pk}:resident"]
    keeping.recount()
    assert list(Tally.objects.order_by("pk").values_list("measure", "number")) == was
    assert refused(recheck.record, row, **CONTENT, by=supervisor, at=DAY_AFTER) == "move_not_open"


def test_neither_who_handled_nor_who_closed_nor_who_asked_first_asks_again(scene, drawn):
    at = DAY_AFTER
    everybody = [scene.who(name) for name in ("caller", "leader", "luxi", "dispatcher", "supervisor")]
    for user in everybody[:4]:
        Posting.objects.create(user=user, organisation=scene.street, role=Role.SUPERVISOR, starts_on=date(2022, 1, 1))
    everybody = [type(user).objects.get(pk=user.pk) for user in everybody]
    *involved, other = everybody
    Callback.objects.update(way="phone", recorded_by=involved[0])
    assert [refused(recheck.take, drawn, by=user, at=at) for user in involved] == ["handled_it"] * 4
    assert refused(recheck.take, drawn, by=scene.who("street_leader"), at=at) == "role_missing"
    taken = recheck.take(drawn, by=other, at=at)
    above = person("duchashi", Role.DISTRICT_SUPERVISION, scene.street.parent)
    assert refused(recheck.reveal, taken, by=above, at=at) == "not_owner", "one owner, nobody is rung twice"


def test_nobody_is_rung_at_night_and_three_calls_are_the_end(scene, drawn):
    supervisor, night = scene.who("supervisor"), later(RESOLVED_AT, hours=9, minutes=30)
    row = recheck.take(drawn, by=supervisor, at=night)
    assert {refused(act, row, by=supervisor, at=night) for act in (recheck.reveal, recheck.attempt)} == {"night"}
    for _ in range(3):
        row = recheck.attempt(row, by=supervisor, at=DAY_AFTER)
    assert (row.status, row.tries) == (Recheck.Status.LAPSED, 3)


def test_who_declines_once_is_never_drawn_again_and_what_is_late_lapses(scene, drawn):
    supervisor, much_later = scene.who("supervisor"), later(RESOLVED_AT, hours=24 * 60)
    recheck.decline(recheck.take(drawn, by=supervisor, at=DAY_AFTER), by=supervisor, at=DAY_AFTER)
    other, same = a_resolved_case(scene, reporters=2, at=much_later), {}
    for callback in asked(other, at=later(much_later, hours=2)):
        answers(callback, CONTENT, at=later(much_later, hours=3))
        same[callback.grievance.complainant.phone] = callback
    assert recheck.draw(at=later(much_later, hours=4)) == 1
    row = Recheck.objects.latest("pk")
    assert row.callback.grievance.complainant.phone == "13800001001"
    assert (recheck.expire(at=row.due_at - timedelta(seconds=1)), recheck.expire(at=row.due_at)) == (0, 1)


def test_supervisor_asks_on_the_page_and_the_discipline_office_reads_the_table_alone(scene, drawn, client):
    case, office = drawn.case, person("jiwei", Role.DISCIPLINE, scene.street)
    reader, unit, one = Client(), Client(), f"{PAGE}{drawn.pk}/"
    reader.force_login(office)
    unit.force_login(scene.who("luxi"))
    client.force_login(scene.who("supervisor"))
    with travel(DAY_AFTER):
        waiting = client.get(PAGE)
        assert "138****1000" in waiting.content.decode()
        assert [(counts["all"], counts["unasked"]) for _, counts in waiting.context["lines"]] == [(1, 1)]
        assert client.post(one, {"act": "take"})["Location"] == one
        page = client.get(one).content.decode()
        assert "13800001000" not in page and "问完再看" in page, "what the first answer was is read afterwards"
        assert "13800001000" in client.post(one, {"act": "reveal"}).content.decode()
        assert client.post(one, {"act": "record", "replied": "yes"}).status_code == 400
        said = {"act": "record", "replied": "no", "resolved": "no", "satisfaction": "mostly"}
        assert client.post(one, said)["Location"] == one
        assert "矛盾" in client.get(one).content.decode()
        table = client.get(PAGE)
        assert [counts["contradicts"] for _, counts in table.context["lines"]] == [1] and case.number in table.content.decode()
        assert "与结案时的评价矛盾" in client.get(f"/desk/cases/{case.number}/").content.decode()
        assert "复核回访" not in unit.get(f"/desk/cases/{case.number}/").content.decode()
        assert unit.get(PAGE).status_code == 403
        read = reader.get(PAGE).content.decode()
        assert "其中矛盾" in read and scene.luxi.name in read
        assert case.number not in read and "138****1000" not in read
        assert reader.get(one).status_code == 403
