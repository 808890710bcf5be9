"""离任交接: whoever leaves hands over all that is open in their name to one who holds the office from then on."""

from datetime import timedelta

import pytest

from dispatch.actions import adoption, handling, leaving
from dispatch.actions import mediation as mediations
from dispatch.models import StandingAuthority
from grievance.actions import in_hand
from grievance.casework import Refused
from grievance.models import Event, InHand, Notice
from street.models import HandOver, Role
from tests.desk.phone import an_order
from tests.dispatch.scene import TUESDAY, a_case, a_street, organisation, person

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=2)
TODAY = NOW.date()


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def keeper(scene):
    return person("keeper", Role.SYSTEM_ADMIN, scene.street)


@pytest.fixture
def order(scene):
    """路西's handler has accepted it and mediates."""
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    mediations.open_mediation(order.case, unit=scene.luxi, parties="刘先生；物业", by=scene.who("luxi"), at=NOW)
    return order


def over(scene, who, keeper, to=None, **more):
    posting = scene.who(who).postings.get()
    return leaving.hand_over(posting, **{"to": to, "last_day": TODAY, "by": keeper, "at": NOW, **more})


def test_all_that_is_open_in_a_leavers_name_goes_to_the_successor_in_one_action(scene, keeper, order):
    newcomer = person("newcomer", Role.HANDLER, scene.xisheng)
    row = over(scene, "luxi", keeper, newcomer, expected={"工单": 1, "调解": 1})
    assert row.handed == {"工单": 1, "调解": 1} and row.successor.user == newcomer
    assert (row.successor.role, row.successor.organisation, row.successor.starts_on) == ("handler", scene.luxi, TODAY)
    assert order.case.mediations.get().mediator == newcomer
    order.refresh_from_db()
    assert order.accepted_by == scene.who("luxi"), "who signed stays who signed, and never calls back"
    told = Event.objects.filter(kind="posting.hand_over", case=order.case)
    assert [event.actor for event in told] == [keeper, keeper] and all("由newcomer接手" in event.sentence for event in told)
    assert "工单 1 件" in Notice.objects.get(user=newcomer, kind="handover").text
    assert handling.add_progress(order, text="接着办", by=newcomer, at=NOW)


def test_a_leavers_account_locks_and_one_who_only_moves_keeps_theirs(scene, keeper, order):
    colleague = person("colleague", Role.HANDLER, scene.luxi)
    over(scene, "luxi", keeper, colleague)
    assert not scene.who("luxi").is_active and HandOver.objects.get().successor == colleague.postings.get()
    scene.who("xisheng").postings.create(organisation=scene.sifasuo, role=Role.HANDLER, starts_on=TODAY)
    leaving.hand_over(scene.who("xisheng").postings.get(organisation=scene.xisheng), last_day=TODAY, by=keeper, at=NOW)
    assert scene.who("xisheng").is_active


@pytest.mark.parametrize(
    ("who", "to", "more", "code"),
    [
        ("luxi", None, {}, "successor_missing"),
        ("luxi", "luxi", {}, "successor_unfit"),
        ("luxi", "keeper", {}, "powers_mixed"),
        ("luxi", "xisheng", {"last_day": TODAY + timedelta(days=1)}, "day_wrong"),
        ("luxi", "xisheng", {"expected": {"工单": 7}}, "counts_changed"),
        # Nothing is in a caller's own name, and yet nobody else would be left to call
        ("caller", None, {}, "successor_missing"),
    ],
)
def test_nothing_is_handed_to_nobody_and_a_refusal_changes_nothing(scene, keeper, order, who, to, more, code):
    with pytest.raises(Refused) as refused:
        over(scene, who, keeper, keeper if to == "keeper" else scene.who(to) if to else None, **more)
    assert refused.value.code == code
    assert not HandOver.objects.exists() and scene.who(who).postings.get().ends_on is None and scene.who(who).is_active
    assert order.case.mediations.get().mediator == scene.who("luxi")


def test_only_the_keeper_of_that_place_hands_over_and_never_their_own_post(scene, keeper):
    stranger = person("stranger", Role.SYSTEM_ADMIN, organisation("street2", "street", scene.street.parent))
    for by in (stranger, scene.who("leader")):
        with pytest.raises(Refused) as refused:
            over(scene, "luxi", by, scene.who("xisheng"))
        assert refused.value.code == "role_missing"
    with pytest.raises(Refused, match="另一位系统管理员"):
        leaving.hand_over(keeper.postings.get(), to=stranger, last_day=TODAY, by=keeper, at=NOW)


def test_a_shift_leader_leaves_an_authority_that_nobody_inherits_and_no_matter_in_hand(scene, keeper):
    case = a_case(scene)
    in_hand.take(case, by=scene.who("leader"), at=NOW)
    adoption.adopt(case, promise="一周内办好", by=scene.who("secretary"), at=NOW)
    row = over(scene, "leader", keeper, person("next", Role.SHIFT_LEADER, scene.street))
    assert row.handed == {"派单授权": 1, "正在研判": 1}
    assert StandingAuthority.objects.get().revoked_at == NOW and not InHand.objects.exists()
    row = over(scene, "secretary", keeper, scene.who("street_leader"))
    assert case.adoptions.get().leader == scene.who("street_leader") and row.handed == {"包案": 1}
