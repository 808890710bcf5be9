"""书记专报: three lines each morning for each secretary, once a day, of nothing that anybody has written."""

from datetime import datetime, timedelta

import pytest

from dispatch import briefs, sweeps, tasks
from dispatch.actions import briefing, instructions, ladder, supervision
from dispatch.briefs import Press, Waiting
from dispatch.models import Brief, Instruction, TimeLimit
from grievance.models import Case, Notice
from street.models import Role
from street.scope import stand
from tests.clock import SHANGHAI, instant, travel
from tests.desk.phone import a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_street, later, person

pytestmark = pytest.mark.django_db
# Winter hours in Xinjiang begin at ten
WEDNESDAY_10AM = instant("2023-03-15 10:00")
SATURDAY_10AM = instant("2023-03-18 10:00")


@pytest.fixture
def scene():
    scene = a_street()
    TimeLimit.objects.create(policy=scene.policy, limit_class="I", anchor="answer", amount=3, unit="working_day")
    return scene


def who(scene, name):
    user = scene.who(name)
    stand(user, TUESDAY)
    return user


def raised(scene, level="street", at=TUESDAY, **options):
    case = an_order(scene, **options).case
    ladder.climb_now(case, level=level, reason="刘先生很生气", by=None, at=at)
    return case


def lines(scene, name):
    return list(Brief.objects.filter(user=scene.who(name)).order_by("rank"))


# --- choosing ------------------------------------------------------------------------------------


def waiting(case, press, days=0):
    return Waiting(case, press, datetime(2023, 3, 14, tzinfo=SHANGHAI) - timedelta(days=days), "呈送", "定")


def test_decisions_stand_before_what_is_late_and_that_before_what_was_asked():
    found = [waiting(1, Press.JUDGE, 9), waiting(2, Press.UNANSWERED, 9), waiting(3, Press.LATE, 9), waiting(4, Press.DECIDE)]
    assert [one.case for one in briefs.choose(found)] == [4, 3, 2]


def test_of_equal_ones_the_longest_waiting_stands_first():
    assert [one.case for one in briefs.choose([waiting(1, Press.LATE, 1), waiting(2, Press.LATE, 5)])] == [2, 1]


def test_matter_with_several_reasons_takes_one_line_for_the_one_that_presses_most():
    found = briefs.choose([waiting(1, Press.UNANSWERED, 9), waiting(1, Press.DECIDE), waiting(2, Press.LATE)])
    assert [(one.case, one.press) for one in found] == [(1, Press.DECIDE), (2, Press.LATE)]


def test_three_at_most():
    assert len(briefs.choose([waiting(number, Press.DECIDE) for number in range(9)])) == 3


# --- each morning --------------------------------------------------------------------------------


def test_secretary_reads_what_waits_with_what_is_to_be_decided(scene):
    case = raised(scene)
    assert sweeps.write_briefs(at=WEDNESDAY_10AM) == 1
    (row,) = lines(scene, "secretary")
    assert row.case == case
    assert row.line == "luxi损害赔偿事项，呈送街道党工委书记督办，不到一天"
    assert row.need == "督办、批示，还是退回"
    notice = Notice.objects.get(kind="brief")
    assert notice.user == scene.who("secretary") and "/phone/secretary/" in notice.text


def test_each_seat_reads_its_own_and_no_other(scene):
    street, community = raised(scene), raised(scene, "community")
    sweeps.write_briefs(at=WEDNESDAY_10AM)
    assert [row.case for row in lines(scene, "secretary")] == [street]
    assert [row.case for row in lines(scene, "luxi_secretary")] == [community]
    assert lines(scene, "district") == [] and lines(scene, "street_leader") == []


def test_district_reads_what_was_proposed_to_it(scene):
    case = an_order(scene).case
    row = supervision.propose_listing(case, reason="涉及多部门", by=who(scene, "secretary"), at=TUESDAY)
    sweeps.write_briefs(at=TUESDAY.replace(hour=11))
    assert lines(scene, "district") == []
    Brief.objects.all().delete()
    supervision.sign(row.letters.get(), by=who(scene, "secretary"), at=later(hours=1))
    sweeps.write_briefs(at=WEDNESDAY_10AM)
    assert [one.need for one in lines(scene, "district")] == ["列入挂牌，还是不列入"]
    assert lines(scene, "secretary") == []


def test_late_supervision_and_unanswered_instructions_come_after_decisions(scene):
    late, unanswered, fresh = raised(scene), an_order(scene).case, raised(scene, at=later(hours=2))
    by = who(scene, "secretary")
    supervision.take(late.supervisions.get(), demand="x", due_at=later(hours=5), by=by, at=TUESDAY)
    instructions.give(unanswered, text="x", due_at=later(hours=4), by=by, at=TUESDAY)
    sweeps.write_briefs(at=WEDNESDAY_10AM)
    assert [row.case for row in lines(scene, "secretary")] == [fresh, late, unanswered]
    assert lines(scene, "secretary")[2].need == "催办，还是改由别的单位落实"


def test_handwriting_waits_in_the_brief_of_its_author_alone(scene):
    case = an_order(scene).case
    Instruction.objects.create(
        case=case, status="draft", text="x", by=scene.who("secretary"), at=TUESDAY, typed_by=scene.who("dispatcher")
    )
    person("second", Role.STREET_SECRETARY, scene.street)
    sweeps.write_briefs(at=WEDNESDAY_10AM)
    assert [row.user.username for row in Brief.objects.all()] == ["secretary"]


def test_once_a_day_even_when_run_twice(scene):
    raised(scene)
    with travel(WEDNESDAY_10AM):
        tasks.write_briefs()
    raised(scene)
    with travel(WEDNESDAY_10AM + timedelta(minutes=10)):
        tasks.write_briefs()
    assert len(lines(scene, "secretary")) == 1
    assert Notice.objects.filter(kind="brief").count() == 1
    sweeps.write_briefs(at=WEDNESDAY_10AM + timedelta(days=1))
    assert Brief.objects.filter(on="2023-03-16").count() == 2


def test_two_writers_beside_each_other_write_one_brief(scene):
    raised(scene)
    found = briefing.gather([scene.street.pk], WEDNESDAY_10AM)[Role.STREET_SECRETARY, scene.street.pk]
    user, day = scene.who("secretary"), WEDNESDAY_10AM.date()
    assert briefing.write(user, found, on=day, at=WEDNESDAY_10AM)
    assert briefing.write(user, found, on=day, at=WEDNESDAY_10AM) is None
    assert len(lines(scene, "secretary")) == 1


@pytest.mark.parametrize("at", [WEDNESDAY_10AM - timedelta(minutes=1), WEDNESDAY_10AM + timedelta(hours=2), SATURDAY_10AM])
def test_nothing_is_written_before_work_at_noon_or_on_a_day_off(scene, at):
    raised(scene)
    assert sweeps.write_briefs(at=at) == 0


def test_ended_matter_is_in_no_brief(scene):
    case = raised(scene)
    Case.objects.filter(pk=case.pk).update(status="closed", ended_at=TUESDAY)
    assert sweeps.write_briefs(at=WEDNESDAY_10AM) == 0


def test_brief_that_fails_does_not_stop_the_others(scene, monkeypatch):
    raised(scene)
    raised(scene, "community")
    write = briefing.write

    def failing(user, *args, **kwargs):
        if user.username == "secretary":
            raise RuntimeError
        return write(user, *args, **kwargs)

    monkeypatch.setattr(briefing, "write", failing)
    assert sweeps.write_briefs(at=WEDNESDAY_10AM) == 1
    assert lines(scene, "luxi_secretary")


def test_brief_holds_nothing_that_a_resident_or_a_secretary_has_written(scene):
    case = raised(scene, description="刘先生的车窗被砸碎，电话13912345678")
    instructions.give(case, text="找刘先生", due_at=later(hours=3), by=who(scene, "secretary"), at=TUESDAY)
    sweeps.write_briefs(at=WEDNESDAY_10AM)
    said = [text for row in Brief.objects.all() for text in (row.line, row.need)]
    said += list(Notice.objects.filter(kind="brief").values_list("text", flat=True))
    assert said
    for word in ("刘", "车窗", "13912345678", "1391234", "生气"):
        assert not [text for text in said if word in text]


def test_cost_does_not_grow_with_what_waits(scene, django_assert_max_num_queries):
    for _ in range(3):
        raised(scene)
    with django_assert_max_num_queries(30):
        sweeps.write_briefs(at=WEDNESDAY_10AM)


def test_brief_stands_at_the_top_of_the_page_and_leads_to_the_matter(scene):
    case = raised(scene)
    sweeps.write_briefs(at=WEDNESDAY_10AM)
    with travel(WEDNESDAY_10AM):
        page = text_of(a_phone(scene.who("secretary")).get("/phone/secretary/"))
        other = text_of(a_phone(scene.who("luxi_secretary")).get("/phone/secretary/"))
    assert page.index("今日专报") < page.index("待我决定 1 件") and f"/phone/secretary/{case.number}/" in page
    assert "今日专报" not in other
