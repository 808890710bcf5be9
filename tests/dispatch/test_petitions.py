"""信访件: the statutory track as policy rows, story 10 with its dates, and what is refused."""

import pytest
from django.conf import settings
from django.core.management import call_command

from dispatch.actions import extensions, handling, petitions, returns
from dispatch.models import Allowance, Anchor, Deadline, Petition, Policy, TimeLimit
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Category
from street.models import Role
from tests.clock import instant
from tests.dispatch.scene import a_case, a_street, organisation, person

pytestmark = pytest.mark.django_db

FORWARDED, REGISTERED = instant("2023-11-01 11:00"), instant("2023-11-01 16:00")
ADMITTED = instant("2023-11-06 11:00")
STATUTE = [
    ("accept", 1, "working_day"),
    ("first_contact", 15, "calendar_day"),
    ("objection", 5, "working_day"),
    ("notice", 15, "calendar_day"),
    ("completion", 60, "calendar_day"),
    ("review", 1, "working_day"),
    ("recheck", 30, "calendar_day"),
    ("final", 30, "calendar_day"),
]


@pytest.fixture
def scene():
    made = a_street()
    for anchor, amount, unit in STATUTE:
        TimeLimit.objects.create(policy=made.policy, limit_class="X", anchor=anchor, amount=amount, unit=unit)
    Allowance.objects.create(
        policy=made.policy, kind="extension", limit_class="X", most=30, unit="calendar_day", deciders=["unit_head"]
    )
    made.xinfang = organisation("xinfang", "department", made.street.parent, name="区信访局")
    made.zhujian = organisation("zhujian", "department", made.street.parent, name="区住建局")
    made.people |= {
        "zhujian": person("zhujian", Role.HANDLER, made.zhujian),
        "zhujian_head": person("zhujian_head", Role.UNIT_HEAD, made.zhujian),
    }
    return made


@pytest.fixture
def case(scene):
    row = a_case(scene, at=REGISTERED, description="业主反映维修资金被挪用")
    petitions.register(
        row, number="XF20231101-0017", kind="claim", forwarded_by=scene.xinfang, received_at=FORWARDED,
        by=scene.who("dispatcher"), at=REGISTERED,
    )  # fmt: skip
    return triage.admit(row, by=scene.who("dispatcher"), at=REGISTERED)


@pytest.fixture
def order(scene, case):
    return handling.dispatch(case, to=scene.zhujian, limit_class="X", by=scene.who("dispatcher"), at=REGISTERED)


def due(order, anchor):
    return Deadline.objects.get(order=order, anchor=anchor).due_at


def admitted(order, scene):
    handling.accept(order, by=scene.who("zhujian"), at=instant("2023-11-02 11:00"))
    return petitions.admit(order, by=scene.who("zhujian"), at=ADMITTED)


def test_objection_and_notice_count_from_the_day_the_petition_came(order):
    assert due(order, Anchor.OBJECTION) == instant("2023-11-08 19:30")
    assert due(order, Anchor.NOTICE) == instant("2023-11-17 00:00")  # 24:00 of the 16th


def test_sixty_days_count_from_the_day_it_was_taken_up(order, scene):
    done = admitted(order, scene)
    assert done.due_at == instant("2024-01-06 00:00")  # 24:00 of 5 January
    done.case.refresh_from_db()
    assert done.case.promised_at == done.due_at


def test_extension_is_at_most_thirty_days_and_the_units_head_decides(order, scene):
    row = admitted(order, scene)
    at = instant("2023-12-20 11:00")
    with pytest.raises(Refused) as refusal:
        extensions.request(row, days=31, reason="须审计", by=scene.who("zhujian"), at=at)
    assert refusal.value.code == "days_out_of_range" and "30日" in refusal.value.message
    asked = extensions.request(row, days=30, reason="须审计", by=scene.who("zhujian"), at=at)
    with pytest.raises(Refused) as refusal:
        extensions.decide(asked, agreed=True, opinion="同意", by=scene.who("street_leader"), at=at)
    assert refusal.value.code == "wrong_level"
    extensions.decide(asked, agreed=True, opinion="同意", by=scene.who("zhujian_head"), at=at)
    row.refresh_from_db()
    assert row.due_at == instant("2024-02-05 00:00")  # 24:00 of 4 February, a make-up working day
    assert row.case.events.filter(public__contains="须审计").exists()


def test_written_notice_stops_its_clock(order, scene):
    admitted(order, scene)
    petitions.notify_in_writing(order, by=scene.who("zhujian"), at=instant("2023-11-16 18:00"))
    assert not Deadline.objects.get(order=order, anchor=Anchor.NOTICE).overdue(instant("2023-12-01 00:00"))
    with pytest.raises(Refused) as refusal:
        petitions.notify_in_writing(order, by=scene.who("zhujian"), at=instant("2023-11-17 18:00"))
    assert refusal.value.code == "notified_before"


def test_objection_is_a_return_with_its_own_five_days(order, scene):
    with pytest.raises(Refused) as refusal:
        returns.ask_return(order, reason="duty", basis="不属职责", by=scene.who("zhujian"), at=instant("2023-11-09 11:00"))
    assert refusal.value.code == "too_late" and "异议" in refusal.value.message
    returns.ask_return(order, reason="duty", basis="不属职责", by=scene.who("zhujian"), at=instant("2023-11-08 11:00"))
    assert Deadline.objects.get(order=order, anchor=Anchor.OBJECTION).met_at


def test_recheck_then_final_review_follow_one_another(order, scene):
    petition, at = Petition.objects.get(), instant("2024-01-20 11:00")
    with pytest.raises(Refused) as refusal:
        petitions.ask_review(petition, stage=Anchor.RECHECK, by=scene.who("dispatcher"), at=at)
    assert refusal.value.code == "stage_not_open"
    done = admitted(order, scene)
    handling.complete(done, public_answer="处理意见书已出", by=scene.who("zhujian"), at=instant("2024-01-04 11:00"))
    handling.review(done, passed=True, by=scene.who("leader"), at=instant("2024-01-05 11:00"))
    clock = petitions.ask_review(petition, stage=Anchor.RECHECK, by=scene.who("dispatcher"), at=at)
    assert clock.due_at == instant("2024-02-20 00:00")
    with pytest.raises(Refused):
        petitions.ask_review(petition, stage=Anchor.FINAL, by=scene.who("dispatcher"), at=at)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"number": " "}, "number_missing"),
        ({"kind": "accusation"}, "kind_unknown"),
        ({"received_at": instant("2023-11-02 11:00")}, "received_in_future"),
        ({"number": "XF20231101-0017"}, "number_taken"),
    ],
)
def test_registration_is_refused_where_it_would_be_wrong(scene, case, facts, code):
    plain = {"number": "XF-2", "kind": "claim", "forwarded_by": scene.xinfang, "received_at": FORWARDED}
    with pytest.raises(Refused) as refusal:
        petitions.register(a_case(scene), **plain | facts, by=scene.who("dispatcher"), at=REGISTERED)
    assert refusal.value.code == code


def test_case_is_registered_once_and_before_it_is_sent(scene, order):
    for row, code in ((order.case, "registered_before"), (_led(scene), "led_already")):
        with pytest.raises(Refused) as refusal:
            petitions.register(
                row, number="XF-3", kind="claim", forwarded_by=scene.xinfang, received_at=FORWARDED,
                by=scene.who("dispatcher"), at=REGISTERED,
            )  # fmt: skip
        assert refusal.value.code == code


def _led(scene):
    row = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=REGISTERED)
    return handling.dispatch(row, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=REGISTERED).case


def test_shipped_policy_carries_the_statute():
    call_command("load_street", settings.BASE_DIR / "street" / "data" / "qimashan.toml", verbosity=0)
    call_command("load_policy", settings.BASE_DIR / "dispatch" / "policies" / "default.toml", verbosity=0)
    policy = Policy.objects.get()
    assert Category.objects.exists()
    rows = {(row.anchor, int(row.amount), row.unit) for row in policy.limits.filter(limit_class="X", category=None)}
    assert rows == set(STATUTE)
    assert {(row.most, row.unit) for row in policy.allowances.filter(kind="extension", limit_class="X")} == {(30, "calendar_day")}
    assert [row.step for row in policy.allowances.filter(kind="extension", limit_class="U5")] == [1, 2]
