"""晚识别 at the desk: the one who hears or sees it is told what to do, and nothing is handed over by one press."""

from datetime import timedelta

import pytest

from grievance.actions import intake
from grievance.models import Case, ConfidentialReport, Grievance
from tests.builders import a_code, a_voice
from tests.clock import travel
from tests.desk.phone import a_phone, act, text_of
from tests.dispatch.inbox import with_inbox
from tests.dispatch.scene import TUESDAY, a_case, a_street

pytestmark = pytest.mark.django_db
NOW = TUESDAY + timedelta(hours=3)
HINT = "听、看后如涉及干部作风，请用“转为检举控告”"


@pytest.fixture
def scene():
    return with_inbox(a_street())


@pytest.fixture(autouse=True)
def three_hours_later():
    with travel(NOW):
        yield


def test_voice_alone_is_listened_to_with_the_way_out_in_sight_and_takes_two_steps(scene):
    spoken = intake.submit(a_code(scene.building, at=TUESDAY), voice=a_voice(), key="v", at=TUESDAY).case
    written = a_case(scene)
    desk, page = a_phone(scene.who("dispatcher")), f"/desk/triage/{spoken.number}/"
    assert HINT in text_of(desk.get(f"/desk/triage/?case={spoken.number}"))
    assert HINT not in text_of(desk.get(f"/desk/triage/?case={written.number}"))
    first = desk.post(page, {"act": act(spoken, "hand_over"), "ground": "conduct"})
    assert first.status_code == 409 and "1 位诉求人的原话、1 个文件" in text_of(first)
    assert f"后5位（{spoken.number[-5:]}）" in text_of(first) and 'value="conduct" selected' in first.text
    assert Grievance.objects.count() == 2
    done = desk.post(page, {"act": act(spoken, "hand_over"), "ground": "conduct", "confirm": spoken.number[-5:].lower()})
    assert (done.status_code, done["Location"]) == (302, f"/desk/triage/?case={written.number}")
    assert ConfidentialReport.objects.count() == 1 and Case.objects.get(pk=spoken.pk).status == "transferred"
    after = text_of(desk.get(done["Location"]))
    assert f"{spoken.number} 已依法转办" in after


def test_tombstone_is_read_by_the_desk_and_offers_nothing(scene):
    case = a_case(scene)
    desk = a_phone(scene.who("dispatcher"))
    choice = {"act": act(case, "hand_over"), "ground": "conduct", "confirm": case.number[-5:]}
    assert desk.post(f"/desk/cases/{case.number}/", choice).status_code == 302
    page = desk.get(f"/desk/cases/{case.number}/")
    assert "已依法转有权机关办理" in text_of(page) and "检举" not in page.text and "车窗" not in page.text
    assert 'name="act"' not in page.text
