"""答复模板与办理提示: words that fill a form and send nothing; what the resident will read, shown beforehand as it will be."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from dispatch.actions import handling
from dispatch.models import WorkOrder
from grievance.actions import office_texts
from grievance.casework import Refused
from grievance.models import Case, Category, CategoryNote, Event, Notice, ReplyTemplate
from street.scope import stand
from tests.clock import travel
from tests.desk.phone import a_phone, act, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case

pytestmark = pytest.mark.django_db

NOW = TUESDAY + timedelta(hours=1)
HOLD = ReplyTemplate.Use.HOLD


@pytest.fixture(autouse=True)
def one_hour_later():
    with travel(NOW):
        yield


@pytest.fixture
def desk(scene):
    return a_phone(scene.who("leader"))


def a_template(text, *, use=HOLD, category="", code="t1", street=None):
    return office_texts.put(
        ReplyTemplate, code, street=street, by=None, at=NOW, use=use, category=category, name=f"名{code}", text=text
    )


def previewed(browser, row, name, **typed):
    address = f"/desk/cases/{row.case.number}/preview/?act={act(row, name)}"
    return text_of(browser.post(address, typed, headers={"X-Preview": "1"}))


@pytest.mark.parametrize(
    ("use", "text"),
    [
        (HOLD, " "),
        (HOLD, "请{{姓名}}补充"),
        (HOLD, "请{{办理单位补充"),
        (HOLD, "期限}}前"),
        (HOLD, "【请填写期限】"),
        (HOLD, "长" * 1001),
    ]
    + [("ask_resident", "长" * 301)],
)
def test_template_with_a_place_nobody_can_fill_is_refused_when_edited_and_when_loaded(scene, tmp_path, use, text):
    leader = scene.who("leader")
    stand(leader, NOW)
    with pytest.raises(Refused):
        office_texts.edit_reply(
            code="", use=use, category="", name="名", text=text, street=scene.street, seen="", by=leader, at=NOW
        )
    file = tmp_path / "texts.toml"
    good = '[[reply]]\ncode="a"\nuse="hold"\nname="好的"\ntext="{{期限}}"\n'
    file.write_text(f'{good}[[reply]]\ncode="b"\nuse="{use}"\nname="名"\ntext="{text}"\n', encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("load_replies", str(file))
    assert not ReplyTemplate.objects.exists()


def test_shipped_texts_load_and_a_streets_own_stays_in_front(scene):
    for code in {*"ABCDEFGHIJKL", "F3"} | {f"{one}{n}" for one in "ABCDEFGHIJKL" for n in range(1, 9)}:
        Category.objects.get_or_create(code=code, defaults={"name": code})
    call_command("load_replies", verbosity=0)
    shipped = ReplyTemplate.objects.in_force(scene.street)
    assert len(shipped) >= 20 and {row.use for row in shipped} == set(ReplyTemplate.Use.values)
    leader = scene.who("leader")
    stand(leader, NOW)
    first = shipped[0]
    facts = {
        "code": first.code,
        "use": first.use,
        "category": "",
        "name": "我们的",
        "street": scene.street,
        "by": leader,
        "at": NOW,
    }
    office_texts.edit_reply(text="我们改过的", seen=first.pk, **facts)
    with pytest.raises(Refused, match="刚刚改过"):
        office_texts.edit_reply(text="盖掉", seen=first.pk, **facts)
    call_command("load_replies", verbosity=0)
    assert ReplyTemplate.objects.filter(code=first.code).count() == 2, "loading again writes nothing anew"
    assert {row.code: row.text for row in ReplyTemplate.objects.in_force(scene.street)}[first.code] == "我们改过的"
    assert {row.code: row.text for row in ReplyTemplate.objects.in_force(None)}[first.code] == first.text


def test_template_is_offered_filled_where_it_fits_and_what_is_not_known_is_marked(scene, desk):
    a_template("事项{{编号}}由{{办理单位}}办理，{{地点}}")
    a_template("只给供热", code="t2", category="B1")
    a_template("进展：{{办理单位}}", use="add_progress", code="t3")
    waiting = a_case(scene)
    page = text_of(desk.get(f"/desk/cases/{waiting.number}/"))
    number = waiting.grievances.get().number
    assert f"事项{number}由【请填写办理单位】办理，" in page and "只给供热" not in page
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    handled = text_of(a_phone(scene.who("luxi")).get(f"/desk/cases/{order.case.number}/"))
    assert "进展：luxi" in handled and "用答复模板" in handled
    refused = desk.post(f"/desk/cases/{waiting.number}/", {"act": act(waiting, "hold"), "question": "【请填写办理单位】"})
    assert refused.status_code == 400 and not Event.objects.filter(kind="case.hold").exists()


def test_preview_says_what_the_resident_reads_and_does_nothing(scene, desk):
    waiting = a_case(scene)
    before = (Event.objects.count(), Notice.objects.count())
    shown = previewed(desk, waiting, "hold", question="请说清楚是几号楼")
    assert (Event.objects.count(), Notice.objects.count()) == before
    waiting.refresh_from_db()
    assert waiting.status == Case.Status.SUBMITTED
    assert "办不成" in previewed(desk, waiting, "decline", reason="不归", path="")
    desk.post(f"/desk/cases/{waiting.number}/", {"act": act(waiting, "hold"), "question": "请说清楚是几号楼"})
    assert Event.objects.get(kind="case.hold").public in shown
    assert Notice.objects.get(kind="question").text in shown


def test_preview_of_work_shows_what_is_public_and_keeps_what_is_not(scene):
    order = handling.accept(an_order(scene), by=scene.who("luxi"), at=NOW)
    unit = a_phone(scene.who("luxi"))
    assert "看不到" in previewed(unit, order, "add_progress", text="内部情况")
    assert "已去看过" in previewed(unit, order, "add_progress", text="已去看过", public="on")
    shown = previewed(unit, order, "complete", public_answer="换了玻璃", internal_record="花了五百")
    assert "换了玻璃" in shown and "五百" not in shown
    assert WorkOrder.objects.get(pk=order.pk).status == WorkOrder.Status.ACCEPTED
    whole = unit.post(f"/desk/cases/{order.case.number}/preview/?act={act(order, 'complete')}", {"public_answer": "换了玻璃"})
    assert "还没有提交，谁也没有收到" in text_of(whole) and "\n换了玻璃</textarea>" in text_of(whole)
    stranger = a_phone(scene.who("xisheng"))
    assert stranger.post(f"/desk/cases/{order.case.number}/preview/?act={act(order, 'complete')}").status_code == 404


def test_notes_are_edited_by_the_office_stand_beside_the_category_and_are_not_for_a_firm(scene, desk):
    case = an_order(scene).case
    typed = {"category": "F3", "law": "民法典", "ring": "调委会", "look": "先看证据"}
    assert a_phone(scene.who("luxi")).post("/desk/notes/", typed).status_code == 403
    assert a_phone(scene.who("dispatcher")).post("/desk/notes/", typed).status_code == 403
    assert desk.post("/desk/notes/", {**typed, "look": "打13912345678"}).status_code == 400
    assert desk.post("/desk/notes/", typed).status_code == 302
    row = CategoryNote.objects.get()
    assert (row.by.username, row.version, row.street) == ("leader", 1, scene.street)
    assert "先看证据" in text_of(desk.get(f"/desk/cases/{case.number}/"))
    assert "先看证据" in text_of(desk.get("/desk/notes/?category=F3"))
    assert desk.post("/desk/notes/", {**typed, "look": "再看"}).status_code == 409, "somebody else's version was not seen"
    assert desk.post("/desk/notes/", {**typed, "look": "再看", "seen": row.pk}).status_code == 302
    assert list(CategoryNote.objects.values_list("version", "look", "current")) == [(1, "先看证据", False), (2, "再看", True)]
