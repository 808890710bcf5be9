"""书记页 on the phone: what waits for a decision with why, the whole matter on one screen, and the decision itself."""

from datetime import timedelta

import pytest

from dispatch.actions import extensions, handling, ladder, supervision
from dispatch.models import Instruction, Letter, Supervision, WorkOrder
from grievance.models import Case, Notice
from street.models import Role, User
from tests.clock import instant, travel
from tests.desk.phone import SIGNED_IN, a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, organisation, person

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)


@pytest.fixture
def order(scene):
    return an_order(scene)


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def secretary(scene):
    return a_phone(scene.who("secretary"))


@pytest.fixture
def district(scene):
    return a_phone(scene.who("district"))


def raised(case, level="street", reason="调解未果", at=NOW):
    return ladder.climb_now(case, level=level, reason=reason, by=None, at=at)


def a_draft(order, kind="secretary_supervise", **more):
    return Letter.objects.create(
        kind=kind, case=order.case, order=order, issuer=order.case.street, to=order.handler, subject="关于冰柱的督办单",
        body="请抓紧办理", drafted_at=NOW, **more,
    )  # fmt: skip


def proposed(scene, order):
    """Proposed for the district's list and signed by the street's secretary."""
    row = supervision.propose_listing(order.case, reason="涉及多部门", by=scene.who("secretary"), at=NOW)
    supervision.sign(row.letters.get(), by=scene.who("secretary"), at=NOW)
    return Supervision.objects.get(pk=row.pk)


def page_of(case):
    return f"/phone/secretary/{case.number}/"


def send(phone, row, name, **data):
    return phone.post(page_of(row.case), {"act": act(row, name), **data})


# --- what waits for me ---------------------------------------------------------------------------


def test_what_was_raised_to_my_seat_waits_with_its_reason(secretary, order):
    raised(order.case)
    page = text_of(secretary.get("/phone/secretary/"))
    assert page_of(order.case) in page
    assert "街道党工委书记督办：调解未果" in page


def test_drafts_to_sign_wait_with_their_kind_and_addressee(secretary, order):
    a_draft(order)
    assert "待签发书记督办单，主送luxi" in text_of(secretary.get("/phone/secretary/"))


def test_matter_with_two_reasons_stands_once_with_both(secretary, order):
    a_draft(order, supervision=raised(order.case))
    response = secretary.get("/phone/secretary/")
    assert [len(item.reasons) for item in response.context["mine"]] == [2]


def test_newest_stands_first(scene, secretary, order):
    newer = an_order(scene)
    raised(order.case, at=NOW - timedelta(minutes=30))
    raised(newer.case, at=NOW)
    page = text_of(secretary.get("/phone/secretary/"))
    assert page.index(page_of(newer.case)) < page.index(page_of(order.case))


def test_what_i_supervise_stands_below_by_its_time(scene, secretary, order):
    row = raised(order.case)
    supervision.take(row, demand="三日内解决", due_at=NOW + timedelta(days=3), by=scene.who("secretary"), at=NOW)
    response = secretary.get("/phone/secretary/")
    assert response.context["mine"] == []
    assert "督办中：三日内解决" in text_of(response) and "督办时限 3月17日 11:20" in text_of(response)


def test_each_seat_sees_only_what_was_raised_to_it(scene, order):
    raised(order.case, level="community")
    assert page_of(order.case) in text_of(a_phone(scene.who("luxi_secretary")).get("/phone/secretary/"))
    assert page_of(order.case) not in text_of(a_phone(scene.who("secretary")).get("/phone/secretary/"))


def test_papers_wait_only_for_those_who_sign_them(scene, order):
    a_draft(order, kind="caution")
    assert "待签发提醒函" in text_of(a_phone(scene.who("leader")).get("/phone/secretary/"))
    assert "待签发" not in text_of(a_phone(scene.who("secretary")).get("/phone/secretary/"))


def test_extension_waits_for_the_leader_in_charge(scene, order):
    accepted = handling.accept(order, by=scene.who("luxi"), at=NOW)
    extensions.request(accepted, days=3, reason="等鉴定", by=scene.who("luxi"), at=NOW)
    phone = a_phone(scene.who("street_leader"))
    assert "luxi申请延期3个工作日" in text_of(phone.get("/phone/secretary/"))
    assert "decide_extension" in moves_on(phone.get(page_of(order.case)))
    send(phone, accepted, "decide_extension", agreed="1", opinion="同意")
    assert accepted.extensions.get().agreed


def test_list_costs_the_same_however_long(scene, secretary, order, django_assert_num_queries):
    raised(order.case)
    secretary.get("/phone/secretary/")
    for _ in range(3):
        raised(an_order(scene).case)
    # supervision, drafts, extensions, suspensions, clocks; instructions, visitors, doors to knock at, adoptions, the brief
    with django_assert_num_queries(SIGNED_IN + 10):
        secretary.get("/phone/secretary/")


# --- the district --------------------------------------------------------------------------------


def test_district_sees_nothing_before_the_proposal_is_signed(scene, district, order):
    supervision.propose_listing(order.case, reason="涉及多部门", by=scene.who("secretary"), at=NOW)
    assert page_of(order.case) not in text_of(district.get("/phone/secretary/"))
    assert district.get(page_of(order.case)).status_code == 404


def test_district_sees_what_was_proposed_to_it_and_nothing_else(scene, district, order):
    other = an_order(scene)
    proposed(scene, order)
    page = text_of(district.get("/phone/secretary/"))
    assert page_of(order.case) in page and page_of(other.case) not in page
    assert district.get(page_of(order.case)).status_code == 200
    assert district.get(page_of(other.case)).status_code == 404


def test_district_lists_with_demand_and_date_and_takes_off(scene, district, order):
    row = proposed(scene, order)
    assert {"list", "decline_listing", "instruct"} <= set(moves_on(district.get(page_of(order.case))))
    conditions = "围挡拆除\n道路恢复通行"
    send(district, row, "list", demand="一周内拆除", due_at="2023-03-20T19:30", conditions=conditions)
    row.refresh_from_db()
    assert (row.status, row.demand, row.due_at) == ("listed", "一周内拆除", instant("2023-03-20 19:30"))
    assert "道路恢复通行" in text_of(district.get(page_of(order.case)))
    assert send(district, row, "unlist", outcome="已拆除", confirmed=["0"]).status_code == 400
    send(district, row, "unlist", outcome="已拆除", confirmed=["0", "1"])
    row.refresh_from_db()
    assert (row.status, row.outcome) == ("lifted", "已拆除")


def test_district_declines_with_a_reason(scene, district, order):
    row = proposed(scene, order)
    assert send(district, row, "decline_listing", reason="").status_code == 400
    send(district, row, "decline_listing", reason="街道可自行解决")
    row.refresh_from_db()
    assert (row.status, row.outcome) == ("declined", "街道可自行解决")


# --- the matter and the decision -----------------------------------------------------------------


def test_whole_matter_stands_on_one_screen(scene, secretary, order):
    raised(order.case)
    page = text_of(secretary.get(page_of(order.case)))
    for what in ("车窗被冰柱砸碎", "小区3号楼", "luxi", "主办", "3月21日 19:30", "调解未果", "派单"):
        assert what in page


def test_secretary_is_offered_exactly_these_moves(secretary, order):
    a_draft(order, supervision=raised(order.case))
    assert moves_on(secretary.get(page_of(order.case))) == [
        "sign", "discard", "take", "instruct", "adopt", "call_meeting", "propose_listing", "transfer", "link", "lift",
        "step_down",
    ]  # fmt: skip


def test_community_secretary_is_offered_exactly_these_moves(scene, order):
    raised(order.case, level="community")
    assert moves_on(a_phone(scene.who("luxi_secretary")).get(page_of(order.case))) == [
        "take",
        "instruct",
        "adopt",
        "link",
        "lift",
    ]


def test_draft_is_read_and_signed_in_four_taps(secretary, order):
    """Open the list, open the matter, sign: three."""
    letter = a_draft(order, supervision=raised(order.case))
    assert page_of(order.case) in text_of(secretary.get("/phone/secretary/"))
    assert "请抓紧办理" in text_of(secretary.get(page_of(order.case)))
    assert send(secretary, letter, "sign").status_code == 302
    letter.refresh_from_db()
    assert letter.number == "沙骑街书督〔2023〕1号"
    assert letter.supervision.status == "active"


def test_draft_is_set_aside_with_a_reason(secretary, order):
    letter = a_draft(order)
    send(secretary, letter, "discard", reason="已电话督促")
    letter.refresh_from_db()
    assert letter.status == "discarded"


def test_instruction_reaches_the_unit(secretary, order):
    send(secretary, order.case, "instruct", text="请司法所介入")
    assert Instruction.objects.get().text == "请司法所介入"
    assert Notice.objects.filter(kind="instruction", organisation=order.handler).exists()


def test_matter_is_taken_with_demand_and_date_and_lifted(secretary, order):
    row = raised(order.case)
    send(secretary, row, "take", demand="三日内办结", due_at="2023-03-17T19:30")
    row.refresh_from_db()
    assert (row.status, row.due_at) == ("active", instant("2023-03-17 19:30"))
    send(secretary, row, "lift", outcome="已赔偿")
    row.refresh_from_db()
    assert row.status == "lifted"


def test_secretary_transfers_to_another_unit(scene, secretary, order):
    send(secretary, order, "transfer", to="sifasuo", reason="社区调解未果")
    assert WorkOrder.objects.open().get(lead=True).handler == scene.sifasuo


def test_secretary_proposes_for_the_districts_list_and_signs_it(scene, secretary, order):
    send(secretary, order.case, "propose_listing", reason="涉及多部门")
    letter = Letter.objects.get(kind="listing_proposal")
    assert "sign" in moves_on(secretary.get(page_of(order.case)))
    send(secretary, letter, "sign")
    assert Supervision.objects.get().status == "proposed"


def test_secretary_opens_a_linked_matter(secretary, order):
    send(secretary, order.case, "link", title="屋顶冰柱", description="须清除")
    assert Case.objects.get(parent=order.case).source == "staff"


def test_matter_costs_the_same_however_many_spoke(scene, secretary, order, django_assert_num_queries):
    raised(order.case)
    secretary.get(page_of(order.case))
    supervision.instruct(order.case, text="一", by=scene.who("secretary"), at=NOW)
    supervision.instruct(order.case, text="二", by=scene.who("secretary"), at=NOW)
    with django_assert_num_queries(
        SIGNED_IN + 27
    ):  # adoptions, receptions, links of outside bodies, a mediation, promises, doors
        secretary.get(page_of(order.case))


# --- refusals ------------------------------------------------------------------------------------


def test_second_signature_is_a_409_page_with_who_and_when(scene, secretary, order):
    letter = a_draft(order)
    person("deputy", Role.STREET_SECRETARY, scene.street)
    supervision.sign(letter, by=User.objects.get(username="deputy"), at=NOW)
    page = send(secretary, letter, "sign")
    assert page.status_code == 409
    assert "“已签发”（deputy于2023年3月14日 11:20办理）" in text_of(page)


def test_second_taking_is_a_409_page_that_keeps_the_demand(scene, secretary, order):
    row = raised(order.case)
    person("deputy", Role.STREET_SECRETARY, scene.street)
    supervision.take(row, demand="我来", by=User.objects.get(username="deputy"), at=NOW)
    page = send(secretary, row, "take", demand="我写的督办要求")
    assert page.status_code == 409
    assert "deputy于2023年3月14日 11:20办理" in text_of(page) and "我写的督办要求" in text_of(page)


def test_matter_of_another_street_is_404(scene, order):
    stranger = person("other", Role.STREET_SECRETARY, scene.xisheng)
    phone = a_phone(stranger)
    assert phone.get(page_of(order.case)).status_code == 404
    assert send(phone, order.case, "instruct", text="x").status_code == 404


def test_move_of_a_higher_seat_is_refused_and_what_was_typed_is_kept(scene, order):
    row = raised(order.case)
    page = send(a_phone(scene.who("street_leader")), row, "take", demand="越权的要求")
    assert page.status_code == 403
    assert "越权的要求" in text_of(page)
    row.refresh_from_db()
    assert row.status == "raised"


def test_handler_without_a_seat_is_forbidden(scene, order):
    assert a_phone(scene.who("luxi")).get("/phone/secretary/").status_code == 403


# --- deadlocks for the district ------------------------------------------------------------------


def passed_on(scene, order, *units):
    """The lead goes from one unit to the next; nobody accepts it."""
    for hours, unit in enumerate(units, 1):
        order = handling.transfer(order, to=unit, reason="职责不明", by=scene.who("leader"), at=NOW + timedelta(hours=hours))
    return order.case


def test_district_sees_a_deadlock_between_its_offices_and_nobodys_words(scene, district, order):
    roads, parks = (
        organisation(code, "department", scene.street.parent, relation="district", name=code) for code in ("roads", "parks")
    )
    case = passed_on(scene, order, roads, parks)
    page = text_of(district.get("/phone/secretary/"))
    assert "跨部门僵局 1 件" in page and case.number in page and "roads、parks" in page
    assert "车窗" not in page and "刘" not in page
    assert district.get(page_of(case)).status_code == 404


def test_streets_own_quarrel_is_no_business_of_the_district(scene, district, order):
    case = passed_on(scene, order, scene.sifasuo, scene.luxi, scene.sifasuo, scene.luxi)
    page = text_of(district.get("/phone/secretary/"))
    assert "僵局" not in page and case.number not in page


def test_secretary_of_a_street_is_shown_no_deadlock_of_the_district(scene, secretary, order):
    roads, parks = (
        organisation(code, "department", scene.street.parent, relation="district", name=code) for code in ("roads", "parks")
    )
    passed_on(scene, order, roads, parks)
    assert "跨部门僵局" not in text_of(secretary.get("/phone/secretary/"))
