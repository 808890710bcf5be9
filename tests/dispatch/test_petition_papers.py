"""信访文书: drafted by the unit with the power, signed by its head, carrying the number of the 信访信息系统."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from docx import Document

from desk.moves import moves_open, perform
from dispatch.actions import handling, petition_papers, petitions, supervision, suspension
from dispatch.models import Allowance, Anchor, Deadline, Letter, Petition, TimeLimit
from dispatch.papers.letters import letter_facts
from dispatch.papers.render import render
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Case, Category, Event
from street.models import Role
from street.scope import stand
from tests.clock import instant, travel
from tests.dispatch.scene import a_case, a_street, organisation, person
from tests.dispatch.test_petitions import STATUTE

pytestmark = pytest.mark.django_db
CAME, SENT, NOW = instant("2023-11-01 11:00"), instant("2023-11-06 11:00"), instant("2023-11-10 11:00")
OPINION = {
    "requests": "要求公开维修资金账目。\n要求退还挪用款项。", "facts": "经查，2021年支取一笔12万元未公示。", "result": "support",
    "opinion": "依据《住宅专项维修资金管理办法》第三十条，责令限期公示并退还。", "reviewer": "沙依巴克区人民政府",
}  # fmt: skip


@pytest.fixture
def scene():
    scene = a_street()
    scene.zhujian = organisation(
        "zhujian", "department", scene.street.parent, relation="district", name="沙依巴克区住房和城乡建设局"
    )
    scene.xinfang = organisation("xinfang", "department", scene.street.parent, relation="district", name="沙依巴克区信访局")
    scene.people |= {
        "zhujian": person("zhujian", Role.HANDLER, scene.zhujian),
        "head": person("head", Role.UNIT_HEAD, scene.zhujian),
        "other_head": person("other_head", Role.UNIT_HEAD, scene.luxi),
        "clerk": person("clerk", Role.HANDLER, scene.xinfang),
    }
    Allowance.objects.create(
        policy=scene.policy, kind="suspension", limit_class="X", most=30, unit="calendar_day", deciders=["unit_head"]
    )
    for anchor, amount, unit in STATUTE:
        TimeLimit.objects.create(policy=scene.policy, limit_class="X", anchor=anchor, amount=amount, unit=unit)
    return scene


@pytest.fixture
def order(scene):
    case = a_case(scene, description="维修资金被挪用，我是刘先生，电话13800001111")
    petitions.register(
        case, number="XF-0017", kind=Petition.Kind.CLAIM, forwarded_by=scene.xinfang, received_at=CAME,
        by=scene.who("dispatcher"), at=SENT,
    )  # fmt: skip
    category = Category.objects.create(code="A3", name="维修资金")
    case = triage.admit(case, category=category, by=scene.who("dispatcher"), at=SENT)
    order = handling.dispatch(case, to=scene.zhujian, limit_class="X", by=scene.who("dispatcher"), at=SENT)
    return handling.accept(order, by=scene.who("zhujian"), at=SENT)


def noticed(scene, order):
    return petition_papers.draft_notice(order, route="由房屋管理科按维修资金管理办法核查", by=scene.who("zhujian"), at=NOW)


def opined(scene, order, **other):
    petitions.admit(order, by=scene.who("zhujian"), at=NOW)
    return petition_papers.draft_opinion(order, **OPINION | other, by=scene.who("zhujian"), at=NOW)


def set_in_words(letter):
    row = Letter.objects.select_related("issuer__parent", "to", "case__street").get(pk=letter.pk)
    document = Document(io.BytesIO(render(row.kind, letter_facts(row))))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_notice_says_when_it_came_from_whom_and_by_which_way_it_is_handled(scene, order):
    said = set_in_words(noticed(scene, order))
    for words in (
        "XF-0017",
        "沙依巴克区信访局转送",
        "2023年11月1日 11:00收到",
        "第二十三条",
        "由房屋管理科",
        "六十日内办结",
        "（草稿，未签发）",
    ):
        assert words in said
    assert "送达回证" in said and "抄送：沙依巴克区信访局" in said


def test_opinion_carries_requests_facts_basis_result_and_the_right_to_a_review(scene, order):
    said = set_in_words(opined(scene, order))
    for words in (
        *("一、信访请求", "要求退还挪用款项。", "二、事实和理由", "三、处理意见及法律依据", "予以支持", "第三十条"),
        *("三十日内，向沙依巴克区人民政府请求复查", "第三十五条", "XF-0017"),
    ):
        assert words in said


def test_neither_paper_nor_its_kept_facts_hold_a_name_or_a_number_of_the_petitioner(scene, order):
    draft = opined(scene, order, facts="刘先生（电话13800001111）反映属实。")
    issued = supervision.sign(draft, by=scene.who("head"), at=NOW)
    kept = str(issued.paper.facts)
    assert "13800001111" not in kept and "13800001111" not in set_in_words(issued)
    assert "信访人____________：" in set_in_words(issued)


def test_only_the_head_of_the_unit_with_the_power_signs_and_the_number_is_the_units(scene, order):
    draft = noticed(scene, order)
    for name in ("zhujian", "other_head", "secretary", "leader"):
        with pytest.raises(Refused) as refusal:
            supervision.sign(draft, by=scene.who(name), at=NOW)
        assert refusal.value.code == "role_missing"
    issued = supervision.sign(draft, by=scene.who("head"), at=NOW)
    assert issued.number == "沙依巴克区住房和城乡建设局信告〔2023〕1号"
    assert issued.paper.facts["signer"] == "head"
    assert Event.objects.filter(kind="letter.sign", actor=scene.who("head"), public__contains="信访事项告知书").exists()


def test_forwarding_body_has_a_copy_and_owes_no_answer(scene, order):
    issued = supervision.sign(noticed(scene, order), by=scene.who("head"), at=NOW)
    clerk = scene.who("clerk")
    stand(clerk, NOW)
    assert Letter.objects.visible_to(clerk).get() == issued
    assert Case.objects.visible_to(clerk).exists()
    assert not supervision.may_answer(issued, clerk) and issued.answer_due_at is None
    with pytest.raises(Refused):
        supervision.answer(issued, text="收到", by=clerk, at=NOW)


def test_signature_is_not_yet_the_handing_over(scene, order):
    supervision.sign(noticed(scene, order), by=scene.who("head"), at=NOW)
    assert Deadline.objects.get(order=order, anchor=Anchor.NOTICE).met_at is None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"requests": " "}, "text_missing"),
        ({"reviewer": ""}, "text_missing"),
        ({"result": "perhaps"}, "result_unknown"),
    ],
)
def test_opinion_is_refused_without_what_the_statute_wants(scene, order, facts, code):
    with pytest.raises(Refused) as refusal:
        opined(scene, order, **facts)
    assert refusal.value.code == code and not Letter.objects.exists()


def test_opinion_waits_for_the_admission(scene, order):
    with pytest.raises(Refused) as refusal:
        petition_papers.draft_opinion(order, **OPINION, by=scene.who("zhujian"), at=NOW)
    assert refusal.value.code == "not_admitted"


def test_suggestion_gets_no_opinion(scene, order):
    Petition.objects.update(kind=Petition.Kind.SUGGESTION)
    with pytest.raises(Refused) as refusal:
        opined(scene, order)
    assert refusal.value.code == "not_a_claim"


def test_paper_is_drafted_once_and_again_only_after_it_was_set_aside(scene, order):
    draft = noticed(scene, order)
    with pytest.raises(Refused) as refusal:
        noticed(scene, order)
    assert refusal.value.code == "drafted_before"
    supervision.discard(draft, reason="程序写错了", by=scene.who("head"), at=NOW)
    assert noticed(scene, order).pk != draft.pk


def test_order_that_is_no_petition_gets_no_such_paper(scene):
    case = triage.admit(a_case(scene), by=scene.who("dispatcher"), at=SENT)
    plain = handling.dispatch(case, to=scene.luxi, limit_class="U4", by=scene.who("dispatcher"), at=SENT)
    handling.accept(plain, by=scene.who("luxi"), at=SENT)
    with pytest.raises(Refused) as refusal:
        petition_papers.draft_notice(plain, route="按程序办理", by=scene.who("luxi"), at=NOW)
    assert refusal.value.code == "not_a_petition"


def test_draft_that_nobody_signs_climbs(scene, order):
    assert Deadline.objects.filter(letter=noticed(scene, order), anchor=Anchor.SIGNATURE).exists()


def offered(row, user, at=NOW):
    stand(user, at)
    return {move.name for move in moves_open(row, user, at=at)}


def test_buttons_stand_on_the_order_for_the_unit_alone(scene, order):
    order.refresh_from_db()
    assert "draft_petition_notice" in offered(order, scene.who("zhujian"))
    assert "draft_petition_opinion" not in offered(order, scene.who("zhujian"))
    assert not {name for name in offered(order, scene.who("leader")) if "petition" in name and "draft" in name}
    perform(order, "draft_petition_notice", {"route": "由房屋管理科核查"}, by=scene.who("zhujian"), at=NOW)
    assert "draft_petition_notice" not in offered(type(order).objects.get(pk=order.pk), scene.who("zhujian"))


def test_reviews_are_asked_for_and_recorded_one_after_the_other_from_the_case(scene, order):
    opined(scene, order)
    handling.complete(order, public_answer="处理意见书已出", by=scene.who("zhujian"), at=NOW)
    handling.review(order, passed=True, by=scene.who("leader"), at=NOW)
    desk, at = scene.who("dispatcher"), NOW + timedelta(days=10)
    for stage, label in ((Anchor.RECHECK, "复查"), (Anchor.FINAL, "复核")):
        case = Case.objects.get(pk=order.case_id)
        assert "ask_review" in offered(case, desk, at) and "record_review" not in offered(case, desk, at)
        clock = perform(case, "ask_review", {"stage": stage}, by=desk, at=at)
        assert clock.anchor == stage and label in clock.get_anchor_display()
        assert "ask_review" not in offered(case, desk, at) and "record_review" in offered(case, desk, at)
        perform(case, "record_review", {"outcome": "维持原处理意见"}, by=desk, at=at + timedelta(days=20))
        assert Deadline.objects.get(pk=clock.pk).met_at
        at += timedelta(days=25)
    assert not {"ask_review", "record_review"} & offered(Case.objects.get(pk=order.case_id), desk, at)


def test_unit_does_not_record_the_review_of_its_own_opinion(scene, order):
    assert not {"ask_review", "record_review"} & offered(Case.objects.get(pk=order.case_id), scene.who("zhujian"))
    with pytest.raises(Refused):
        petitions.ask_review(Petition.objects.get(), stage=Anchor.RECHECK, by=scene.who("zhujian"), at=NOW)


def register_of(user, model):
    browser = Client()
    browser.force_login(user)
    with travel(NOW):
        return browser.get(f"/admin/dispatch/{model}/").content.decode()


def test_registers_of_petitions_and_suspensions_are_read_by_those_they_concern_alone(scene, order):
    ask = {"reason": "appraisal", "words": "等待鉴定", "review_at": NOW + timedelta(days=3)}
    suspension.ask(order, **ask, by=scene.who("zhujian"), at=NOW)
    for model, sign in (("petition", "XF-0017"), ("suspension", order.number)):
        assert sign in register_of(scene.who("leader"), model)
        assert sign in register_of(scene.who("zhujian"), model)
        page = register_of(scene.who("luxi"), model)
        assert sign not in page and "/add/" not in page
