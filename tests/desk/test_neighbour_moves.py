"""回电与公开说明 on the desk: flagged in the queue, done by small forms, and only for what the data allow."""

import tomllib
from datetime import timedelta

import pytest

from config.first_start import POLICY
from dispatch.loading.categories import load_categories
from grievance.actions import calls, codes, joining
from grievance.models import CallRequest, Category, Grievance, OpenMatter
from street.datafile import DataFile
from street.loading.ledger import Tally
from tests.clock import travel
from tests.desk.phone import a_phone, act, text_of
from tests.dispatch.scene import TUESDAY, a_case

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=3)


@pytest.fixture
def desk(scene):
    with travel(NOW):
        yield a_phone(scene.who("dispatcher"))


def test_who_asked_to_be_rung_stands_flagged_in_the_queue_until_somebody_rang(scene, desk):
    grievance = calls.ask(codes.issue(scene.building, at=TUESDAY), phone="13900002222", key="ring", at=TUESDAY)
    case = grievance.case
    page = text_of(desk.get("/desk/triage/"))
    assert "回电" in page and "先打电话，记下结果，再派" in page and "语言：没有选；方便的时间：随时" in page
    assert "13900002222" not in page

    def rings(**typed):
        return desk.post(f"/desk/triage/{case.number}/", {"act": act(case, "rang"), **typed})

    assert rings(outcome="unreached").status_code == 302
    assert "已有 1 次没打通" in text_of(desk.get("/desk/triage/"))
    assert "请写下诉求人在电话里说的事" in text_of(rings(outcome="said"))
    assert rings(outcome="said", note="楼道灯不亮").status_code == 302
    assert Grievance.objects.get().description == "楼道灯不亮" and CallRequest.objects.get().result == "said"
    assert "先打电话" not in text_of(desk.get("/desk/triage/"))


def test_a_public_text_is_written_and_taken_back_on_the_page_of_the_case(scene, desk):
    Category.objects.filter(pk=scene.heating.pk).update(joinable=True)
    case = a_case(scene, category=scene.heating)
    case.status = "admitted"
    case.save()
    address, typed = f"/desk/cases/{case.number}/", {"act": act(case, "publish_text"), "text": "东侧暖气管在修"}
    assert "写公开说明" in text_of(desk.get(address))
    assert desk.post(address, typed).status_code == 302
    page = text_of(desk.get(address))
    assert "现在公开的是：东侧暖气管在修" in page and act(case, "publish_text") not in page
    assert desk.post(address, {"act": act(case, "withdraw_text"), "reason": "修好了"}).status_code == 302
    assert OpenMatter.objects.get().revoked_by == scene.who("dispatcher") and not OpenMatter.objects.live().exists()
    stranger = a_phone(scene.who("heat"))
    assert joining.open_to(case, scene.who("heat")) is None and stranger.post(address, typed).status_code in (403, 404)


def test_which_categories_may_be_shared_is_said_by_the_data(tmp_path):
    text = POLICY.read_text()
    shared = {row["code"] for row in tomllib.loads(text)["category"] if row.get("joinable")}
    assert {"C6", "A6", "J3", "D2"} < shared
    assert not [code for code in shared if code[0] in "FGHIKLM" or code in ("J2", "J4", "A8")], "no dispute, help or conduct"
    head = '[[category]]\ncode = "X"\nname = "甲"\n'
    for said, expected in (("joinable = true\n", True), ("", False)):
        path = tmp_path / "policy.toml"
        path.write_text(head + said)
        load_categories(DataFile.read(path).rows("category"), Tally())
        assert Category.objects.get(code="X").joinable is expected
