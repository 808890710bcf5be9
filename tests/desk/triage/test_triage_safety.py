"""研判台的保险: ten seconds to undo, one matter in one hand, a slow hand where it counts, many at once only where sure."""

from datetime import timedelta

import pytest
from django.test import Client

from dispatch.actions import handling
from grievance import sweeps
from grievance.actions import triage
from grievance.models import Case, Event, InHand, Notice
from street.models import Role
from tests.clock import travel
from tests.desk.phone import a_phone, act, text_of
from tests.desk.triage.work import NOW, PAGE, does
from tests.dispatch.scene import TUESDAY, a_case, a_grievance, organisation, person

pytestmark = pytest.mark.django_db

NINE, TEN = (NOW + timedelta(seconds=seconds) for seconds in (9, 10))


def undoes(desk, *cases, at=NINE):
    """撤销 as the page's button does it; the page that follows."""
    with travel(at):
        return text_of(desk.post(f"{PAGE}undo/", {"number": [case.number for case in cases]}, follow=True))


def status_of(case):
    return Case.objects.get(pk=case.pk).status


# --- 撤销 ----------------------------------------------------------------------------------------


def test_order_that_was_undone_in_time_is_heard_of_by_nobody_and_the_history_says_so(scene, desk):
    case = a_case(scene, category=scene.heating)
    does(desk, case, "send")
    assert sweeps.deliver(at=NINE) == 0, "nothing leaves the house for ten seconds"
    assert "回到待研判，没有发出任何通知" in undoes(desk, case)
    assert sweeps.deliver(at=NOW + timedelta(days=1)) == 0
    assert status_of(case) == "submitted"
    assert {order.status for order in case.orders.all()} == {"recalled"}
    assert not case.units.exists() and not case.checkpoints.filter(fired_at=None).exists()
    assert Event.objects.get(kind="case.recall").sentence == "派单十秒内撤销，没有发出任何通知，回到待研判。"
    does(desk, case, "send", category="F3")
    assert sweeps.deliver(at=NOW + timedelta(minutes=1)) > 0, "what is sent anew leaves in its turn"


def test_after_ten_seconds_it_has_left_and_is_not_undone_in_silence(scene, desk):
    case = a_case(scene)
    does(desk, case, "send")
    assert "没有十秒内可以撤销的一步" in undoes(desk, case, at=TEN)
    assert sweeps.deliver(at=TEN) > 0
    assert status_of(case) == "in_handling"


def test_what_a_worker_already_has_in_hand_counts_as_sent(scene, desk):
    case = a_case(scene)
    does(desk, case, "send")
    Notice.objects.filter(case=case, organisation=scene.luxi).update(leased_until=NOW + timedelta(minutes=5))
    assert "通知已经发出" in undoes(desk, case)
    assert status_of(case) == "in_handling"
    assert not Notice.objects.filter(lapsed_at__isnull=False).exists(), "all of it or nothing"


def test_order_that_the_unit_took_on_at_once_is_not_taken_from_it_in_silence(scene, desk):
    case = a_case(scene)
    does(desk, case, "send")
    handling.accept(case.orders.get(lead=True), by=scene.who("luxi"), at=NOW + timedelta(seconds=5))
    assert "已有别的办理" in undoes(desk, case)
    assert case.orders.get(lead=True).status == "accepted"


def test_only_the_one_who_decided_undoes_it(scene, desk):
    case = a_case(scene)
    does(desk, case, "send")
    assert "没有十秒内可以撤销的一步" in undoes(a_phone(scene.who("leader")), case)


@pytest.mark.parametrize(
    ("name", "typed", "public"),
    [
        ("hold", {"question": "哪栋楼？"}, "不需要您补充，正在研判。"),
        ("decline", {"path": "court", "reason": "已起诉"}, "刚才的“不予受理”已撤销，正在研判。"),
    ],
)
def test_question_and_refusal_are_undone_as_well_and_the_resident_gets_no_message(scene, desk, name, typed, public):
    case = a_case(scene)
    does(desk, case, name, **typed)
    undoes(desk, case)
    assert sweeps.deliver(at=NOW + timedelta(days=1)) == 0
    assert (status_of(case), Event.objects.filter(public=public).count()) == ("submitted", 1)


def test_second_suggestion_pressed_by_mistake_leaves_the_first_one_first(scene, desk):
    case = a_case(scene, category=scene.heating)
    does(desk, case, "send", category="F3")
    undoes(desk, case)
    assert Case.objects.get(pk=case.pk).category == scene.heating


def test_urgent_order_leaves_at_once_and_is_not_undone(scene, desk):
    case = an_urgent_case(scene)
    does(desk, case, "send", figure=figure_of(desk, case))
    assert sweeps.deliver(at=NOW) > 0
    assert "没有十秒内可以撤销的一步" in undoes(desk, case)
    assert status_of(case) == "in_handling"


def test_stranger_and_neighbour_undo_nothing(scene, desk):
    case = a_case(scene)
    does(desk, case, "send")
    neighbour = person("neighbour", Role.DISPATCHER, organisation("street2", "street", scene.street.parent))
    assert f"没有找到事项 {case.number}" in undoes(a_phone(neighbour), case)
    assert Client().post(f"{PAGE}undo/", {"number": case.number})["Location"].startswith("/admin/login/")
    assert status_of(case) == "in_handling"


# --- 并案、拆分 ----------------------------------------------------------------------------------


def test_two_stand_side_by_side_with_what_moves_and_who_will_know(scene, desk):
    older, newer = a_case(scene, description="冰砸了车窗"), a_case(scene, at=TUESDAY + timedelta(hours=1), description="车窗碎了")
    text = text_of(desk.get(f"{PAGE}{newer.number}/merge/"))
    for words in (
        "冰砸了车窗",
        "车窗碎了",
        "同一点位：小区3号楼",
        f"事项 {newer.number} 的 1 件诉求",
        "不发短信",
        f"由 {older.number} 继续办",
    ):
        assert words in text, words
    assert "138****1111" in text and "13800001111" not in text
    elsewhere = a_case(scene)
    Case.objects.filter(pk=elsewhere.pk).update(place=scene.building.parent)
    assert "不是同一点位" in text_of(desk.get(f"{PAGE}{newer.number}/merge/?into={elsewhere.number.lower()}"))


def test_merger_is_undone_and_everybody_is_where_they_were(scene, desk):
    older, newer = a_case(scene), a_case(scene, at=TUESDAY + timedelta(hours=1))
    voice = newer.grievances.get()
    response = does(desk, newer, "merge", into=older.number)
    assert response["Location"].endswith(f"done={newer.number}")
    undoes(desk, newer)
    voice.refresh_from_db()
    assert (status_of(newer), voice.case, older.grievances.count()) == ("submitted", newer, 1)
    assert Event.objects.filter(grievance=voice, kind="case.returned", case=newer).exists()


def test_danger_is_not_lost_in_the_calmer_matter_it_is_merged_into(scene, desk):
    calm, urgent = a_case(scene), an_urgent_case(scene, at=TUESDAY + timedelta(hours=1))
    assert does(desk, urgent, "merge", into=calm.number).status_code == 400, "the hand is slowed here too"
    does(desk, urgent, "merge", into=calm.number, figure=figure_of(desk, urgent))
    assert Case.objects.get(pk=calm.pk).urgency == "urgent"


def test_merged_matter_comes_apart_later_as_long_as_it_can_be_told_whose_is_whose(scene, desk):
    older, newer, third = (a_case(scene, at=TUESDAY + timedelta(hours=n)) for n in range(3))
    leader = scene.who("leader")
    for row in (newer, third):
        triage.merge(row, into=older, by=leader, at=NOW)
    handling.dispatch(triage.admit(older, by=leader, at=NOW), to=scene.luxi, limit_class="U4", by=leader, at=NOW)
    later = NOW + timedelta(days=1)
    with travel(later):
        desk = a_phone(leader)
        text = text_of(desk.post(f"/desk/cases/{newer.number}/", {"act": act(newer, "unmerge")}, follow=True))
        assert "“恢复单独办理”已办" in text
        Case.objects.filter(pk=older.pk).update(status="resolved", resolved_at=later)
        refused = text_of(desk.post(f"/desk/cases/{third.number}/", {"act": act(third, "unmerge")}))
    assert "回访和答复已按一件办理" in refused
    assert (status_of(newer), status_of(third), older.grievances.count()) == ("submitted", "merged", 2)
    assert Notice.objects.get(key__startswith="released:").organisation == scene.luxi


def test_one_of_two_voices_is_split_off_and_a_single_one_is_linked(scene, desk):
    case, single = a_case(scene), a_case(scene, description="灯坏了，也有人乱停车")
    other = a_grievance(case, description="楼道灯也坏了")
    text = text_of(desk.get(f"{PAGE}{case.number}/split/"))
    assert "楼道灯也坏了" in text and text.count("拆出这一件") == 2
    does(desk, case, "split", grievance=other.number)
    other.refresh_from_db()
    assert other.case != case
    alone = text_of(desk.get(f"{PAGE}{single.number}/split/"))
    assert "没有可拆的诉求" in alone and "另立关联事项" in alone


# --- 在手 ----------------------------------------------------------------------------------------


def test_two_dispatchers_are_never_given_the_same_matter(scene, desk):
    older, newer = a_case(scene, description="先报的"), a_case(scene, at=TUESDAY + timedelta(hours=1), description="后报的")
    other = a_phone(scene.who("leader"))
    assert f'id="pane" data-hand="{PAGE}{newer.number}/hand/"' in text_of(desk.get(PAGE))
    theirs = text_of(other.get(PAGE))
    assert f'id="pane" data-hand="{PAGE}{older.number}/hand/"' in theirs and "dispatcher在看" in theirs
    seen = text_of(other.get(f"{PAGE}?case={newer.number}"))
    assert "dispatcher正在看这一件" in seen and "受理，派给" not in seen
    refused = does(other, newer, "send")
    assert (refused.status_code, status_of(newer)) == (409, "submitted")
    assert "正在dispatcher手上" in text_of(refused)


def test_matter_is_taken_over_on_purpose_and_both_are_told(scene, desk):
    case = a_case(scene)
    other = a_phone(scene.who("leader"))
    desk.get(PAGE)
    assert "已从dispatcher手上接过" in text_of(other.post(f"{PAGE}{case.number}/hand/", {"hand": "take"}, follow=True))
    assert desk.post(f"{PAGE}{case.number}/hand/", {"hand": "keep"}).json()["by"] == "leader"
    assert f"事项 {case.number} 已由leader接手" in text_of(desk.get(PAGE))
    assert "接手" not in text_of(desk.get(f"{PAGE}?case={case.number}")).split('id="pane"')[0], "said once"
    assert does(desk, case, "send").status_code == 409
    assert does(other, case, "send").status_code == 302


@pytest.mark.parametrize("how", ["left", "decided", "forgotten"])
def test_nothing_is_kept_of_who_had_what_open(scene, desk, how):
    case = a_case(scene)
    desk.get(PAGE)
    assert InHand.objects.get().user == scene.who("dispatcher")
    if how == "left":
        until = text_of(desk.get(PAGE)).split('data-until="')[1].split('"')[0]
        for before in ("2023-03-14T05:00:00+00:00", "2023-99-99", ""):
            assert desk.post(f"{PAGE}{case.number}/hand/", {"hand": "leave", "until": before}).status_code == 204
        assert InHand.objects.exists(), "a page closed earlier does not let go of what the next one has"
        assert desk.post(f"{PAGE}{case.number}/hand/", {"hand": "leave", "until": until}).status_code == 204
    elif how == "decided":
        does(desk, case, "hold", question="哪栋楼？")
    else:
        with travel(NOW + timedelta(minutes=5)):
            a_phone(scene.who("leader")).get(f"{PAGE}?case={a_case(scene).number}")
            InHand.objects.filter(user=scene.who("leader")).delete()
    assert not InHand.objects.exists()
    assert {field.name for field in InHand._meta.fields} == {"number", "user", "until", "taken_from"}


# --- 放慢 ----------------------------------------------------------------------------------------


def an_urgent_case(scene, **more):
    case = a_case(scene, **more)
    Case.objects.filter(pk=case.pk).update(urgency="urgent")
    return case


def figure_of(desk, case):
    text = text_of(desk.get(f"{PAGE}?case={case.number}"))
    return text.split('输入核对数 <b class="s-num">')[1][:2]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"urgency": "urgent"}, "这是特急事项"),
        ({"alerts": ["violence"]}, "涉及人身安全"),
        ({"several": ["F3", "B1"]}, "可能不止一件事"),
    ],
)
def test_hand_is_slowed_on_what_is_urgent_mixed_or_about_violence(scene, desk, facts, why):
    case = a_case(scene)
    suggestion = {"category": "F3", "confidence": 0.9, "alerts": [], **facts}
    Case.objects.filter(pk=case.pk).update(urgency=facts.get("urgency", "normal"), suggestion=suggestion)
    text = text_of(desk.get(PAGE))
    assert why in text and 'data-key="1" data-press' not in text, "one key does not send it"
    for name, typed in (("send", {}), ("decline", {"path": "court", "reason": "已起诉"}), ("send", {"figure": "00"})):
        refused = does(desk, case, name, **typed)
        assert refused.status_code == 400 and "请输入核对数" in text_of(refused)
    assert "已起诉" in text_of(does(desk, case, "decline", path="court", reason="已起诉")), "what was typed is kept"
    assert does(desk, case, "send", figure=figure_of(desk, case)).status_code == 302
    assert status_of(case) == "in_handling"


def test_figure_of_one_matter_does_not_pass_the_next(scene, desk):
    first, second = an_urgent_case(scene), an_urgent_case(scene)
    assert figure_of(desk, first) != figure_of(desk, second)


# --- 批量 ----------------------------------------------------------------------------------------


def test_many_are_sent_at_once_only_where_each_is_sure_and_each_refusal_is_named(scene, desk):
    sure, urgent, barred, mixed, unsure, taken = (a_case(scene, at=TUESDAY + timedelta(minutes=n)) for n in range(6))
    known = {"category": "F3", "confidence": 0.9, "barred": False, "alerts": []}
    Case.objects.filter(pk=urgent.pk).update(urgency="urgent")
    for case, facts in ((barred, {"barred": True}), (mixed, {"several": ["F3", "B1"]}), (unsure, {"confidence": 0.3})):
        Case.objects.filter(pk=case.pk).update(suggestion=known | facts)
    a_phone(scene.who("leader")).get(f"{PAGE}?case={taken.number}")
    page = text_of(desk.get(PAGE))
    offered = [case for case in (sure, urgent, barred, mixed, unsure, taken) if f'value="{case.number}" form="bulk"' in page]
    assert offered == [sure, unsure]
    numbers = [case.number for case in (sure, urgent, barred, mixed, unsure, taken)] + ["A000000-XXXXX"]
    looked = text_of(desk.post(f"{PAGE}bulk/", {"number": numbers}))
    assert not Case.objects.filter(status="in_handling").exists(), "first it is only shown"
    why = ("特急", "须人工看", "可能是几件事", "把握不够", "正在leader手上", "没有找到这件事项")
    assert "1 件可以派" in looked and all(words in looked for words in why)
    done = text_of(desk.post(f"{PAGE}bulk/", {"number": numbers, "go": "1"}, follow=True))
    assert "已派出 1 件" in done and all(f"{number} 没有派" in done for number in numbers[1:])
    assert [case.number for case in Case.objects.filter(status="in_handling")] == [sure.number]
    undoes(desk, sure)
    assert status_of(sure) == "submitted"
