"""The page behind a receipt: how it stands, and what its holder may do."""

import html
from datetime import timedelta

import pytest

from grievance import casework
from grievance.actions import intake, triage
from grievance.casework import RESIDENT
from grievance.models import Case, Event, Remark
from grievance.workflow import CASE
from street.models import Role
from tests.builders import a_code, a_grievance, a_person, a_photo, a_place, a_voice, an_alert, an_organisation
from tests.clock import FRIDAY_6PM, MONDAY_9AM, MONDAY_10AM, MONDAY_NOON, TUESDAY_10AM, travel

pytestmark = pytest.mark.django_db


def page_of(grievance):
    return f"/r/{grievance.receipt}/"


def shown(response):
    return html.unescape(response.content.decode())


def dispatched(grievance, *, at=MONDAY_NOON):
    """As if the desk had sent it to the heating company, due on Friday."""
    heat = an_organisation("heat", "供热企业", "utility", phone="96777")
    case = grievance.case
    Case.objects.filter(pk=case.pk).update(status="in_handling")
    case.refresh_from_db()
    casework.promise(case, unit=heat, due=FRIDAY_6PM, at=at)
    casework.record(case, "case.dispatch", at=at, by=None, sentence="派给供热企业。", public="已派给供热企业办理。")
    return case


def in_state(grievance, status):
    ended = MONDAY_NOON if status in Case.ENDED else None
    Case.objects.filter(pk=grievance.case_id).update(status=status, ended_at=ended)


def test_new_grievance_shows_number_words_and_that_it_is_being_studied(client, django_assert_num_queries):
    grievance = a_grievance(description="家里暖气不热", photos=[a_photo()], voice=a_voice())
    with django_assert_num_queries(4):
        response = client.get(page_of(grievance))
    assert grievance.number in shown(response) and "家里暖气不热" in shown(response)
    assert "正在研判" in shown(response)
    assert [file.url for file in response.context["entries"][0].files] == [
        f"{page_of(grievance)}attachments/{file.pk}/" for file in grievance.attachments.all()
    ]
    assert "no-store" in response.headers["Cache-Control"]


def test_unit_in_charge_and_promised_date_in_beijing_time(client):
    grievance = a_grievance()
    dispatched(grievance)
    page = shown(client.get(page_of(grievance)))
    assert "供热企业" in page
    assert "2023年3月17日 18:00（北京时间）" in page
    assert "已派给供热企业办理。" in page


def test_receipt_page_says_the_same_and_gives_the_link(client, settings, django_assert_num_queries):
    grievance = a_grievance()
    dispatched(grievance)
    # One more than the follow page's reading: the place, which stands on the picture that may be saved
    with django_assert_num_queries(4):
        page = shown(client.get(f"{page_of(grievance)}?new=1"))
    assert f"{settings.SITE_URL}{page_of(grievance)}" in page and "供热企业" in page


def test_unknown_receipt_is_not_found(client):
    for address in ("/r/AAAAAAAAAAAAAAAAAAAAAA/", "/r/x/", "/r/%00/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "没有找到这个查询码" in shown(response)


def test_number_opens_nothing(client):
    assert client.get(f"/r/{a_grievance().number}/").status_code == 404


def test_what_staff_wrote_for_themselves_stays_with_them(client):
    grievance = a_grievance()
    casework.record(grievance.case, "case.note", at=MONDAY_NOON, by=None, sentence="内部：疑似私改管道")
    assert "私改管道" not in shown(client.get(page_of(grievance)))


def test_another_reporters_words_and_news_stay_theirs(client):
    code = a_code()
    first, second = (
        a_grievance(code, description="围挡占道，我在12号楼"),
        a_grievance(code, description="围挡挡住店门", at=MONDAY_NOON),
    )
    triage.merge(second.case, into=first.case, by=a_person(Role.DISPATCHER, first.case.street), at=MONDAY_NOON)
    intake.add_remark(first, text="电话打不通", at=MONDAY_NOON)
    page = shown(client.get(page_of(second)))
    assert "围挡挡住店门" in page and "合并办理" in page
    assert "12号楼" not in page and "电话打不通" not in page and first.number not in page


def test_after_a_split_the_other_matter_is_not_shown(client):
    code = a_code()
    first, second = a_grievance(code, at=MONDAY_9AM), a_grievance(code, description="路灯不亮", at=MONDAY_10AM)
    desk = a_person(Role.DISPATCHER, first.case.street)
    triage.merge(second.case, into=first.case, by=desk, at=MONDAY_10AM)
    second.refresh_from_db()
    triage.split(second, by=desk, at=MONDAY_NOON)
    casework.record(first.case, "case.x", at=TUESDAY_10AM, by=None, sentence="x", public="已派给供热企业。")
    assert "供热企业" not in shown(client.get(page_of(second)))
    assert "供热企业" in shown(client.get(page_of(first)))


def test_remark_with_a_picture_is_shown_and_told_to_those_in_charge(client, django_assert_num_queries):
    grievance = a_grievance()
    case = dispatched(grievance)
    # The words of the screening, once in half a minute, are one of them
    with travel(TUESDAY_10AM), django_assert_num_queries(12):
        response = client.post(page_of(grievance), {"action": "remark", "text": "今天更冷了", "photos": a_photo()})
    assert response.headers["Location"] == f"{page_of(grievance)}?done=remark"
    page = client.get(response.headers["Location"])
    assert "今天更冷了" in shown(page) and "已补充" in shown(page)
    assert len(page.context["entries"][-1].files) == 1
    assert sorted(case.notices.values_list("role", "organisation__code")) == [("", "heat"), ("dispatcher", None)]


def test_remark_in_a_held_case_brings_it_back_to_the_desk(client):
    grievance = a_grievance()
    in_state(grievance, "held")
    client.post(page_of(grievance), {"action": "remark", "text": "在3号楼"})
    case = Case.objects.get()
    assert (case.status, case.studied_at) == ("submitted", None)


def test_the_same_remark_twice_is_one(client):
    grievance = a_grievance()
    for _ in range(2):
        client.post(page_of(grievance), {"action": "remark", "text": "今天更冷了", "photos": a_photo()})
    assert Remark.objects.count() == 1
    client.post(page_of(grievance), {"action": "remark", "text": "今天更冷了", "photos": a_photo(colour="blue")})
    assert Remark.objects.count() == 2


def test_empty_remark_is_refused(client):
    response = client.post(page_of(a_grievance()), {"action": "remark", "text": " "})
    assert response.status_code == 400
    assert "请写几句话" in shown(response)


def test_refused_picture_keeps_the_words_of_the_remark(client):
    response = client.post(page_of(a_grievance()), {"action": "remark", "text": "今天更冷了", "photos": a_voice()})
    assert response.status_code == 400
    assert "今天更冷了" in shown(response) and "照片需要重新选" in shown(response)


def test_urging_tells_the_unit_and_the_desk_once_a_day(client, django_assert_num_queries):
    grievance = a_grievance()
    case = dispatched(grievance)
    with travel(TUESDAY_10AM), django_assert_num_queries(9):
        client.post(page_of(grievance), {"action": "urge"})
    with travel(TUESDAY_10AM + timedelta(hours=23)):
        again = client.post(page_of(grievance), {"action": "urge"})
        assert not again.context["can_urge"]
    assert again.status_code == 409 and "2023年3月15日 10:00" in shown(again)
    with travel(TUESDAY_10AM + timedelta(hours=24)):
        assert client.post(page_of(grievance), {"action": "urge"}).status_code == 302
    assert case.notices.filter(kind="urge", organisation__code="heat").count() == 2


def test_withdrawing_the_only_grievance_withdraws_the_case(client, django_assert_num_queries):
    grievance = a_grievance()
    with travel(TUESDAY_10AM), django_assert_num_queries(12):
        client.post(page_of(grievance), {"action": "withdraw"})
    case = Case.objects.get()
    assert (case.status, case.ended_at) == ("withdrawn", TUESDAY_10AM)
    page = client.get(page_of(grievance))
    assert "您已撤回" in shown(page)
    assert not any(page.context[name] for name in ("can_remark", "can_urge", "can_withdraw", "unit", "survey_url"))


def test_case_goes_on_while_another_grievance_stands(client):
    code = a_code()
    first, second = a_grievance(code), a_grievance(code, at=MONDAY_NOON)
    triage.merge(second.case, into=first.case, by=a_person(Role.DISPATCHER, first.case.street), at=MONDAY_NOON)
    client.post(page_of(first), {"action": "withdraw"})
    first.case.refresh_from_db()
    assert first.case.status == "submitted"
    client.post(page_of(second), {"action": "withdraw"})
    first.case.refresh_from_db()
    assert first.case.status == "withdrawn"


@pytest.mark.parametrize("action", ["remark", "urge", "withdraw"])
def test_nothing_more_after_withdrawing(client, action):
    grievance = a_grievance()
    intake.withdraw(grievance, at=MONDAY_NOON)
    events = Event.objects.count()
    response = client.post(page_of(grievance), {"action": action, "text": "还有"})
    assert response.status_code == 409 and "重新扫码" in shown(response)
    assert Event.objects.count() == events


@pytest.mark.parametrize("status", ["closed", "declined"])
def test_an_ended_case_takes_nothing_more_and_says_why(client, status):
    grievance = a_grievance()
    in_state(grievance, status)
    for action in ("remark", "urge", "withdraw"):
        response = client.post(page_of(grievance), {"action": action, "text": "还有"})
        assert response.status_code == 409
        assert Case.Status(status).label in shown(response)


def test_resolved_case_leads_to_the_survey(client):
    grievance = a_grievance()
    assert "survey" not in shown(client.get(page_of(grievance)))
    in_state(grievance, "resolved")
    page = client.get(page_of(grievance))
    assert f"{page_of(grievance)}survey/" in shown(page)
    assert [page.context[name] for name in ("can_remark", "can_urge", "can_withdraw")] == [True, False, False]
    for action in ("urge", "withdraw"):
        assert client.post(page_of(grievance), {"action": action}).status_code == 409


def test_an_action_that_is_none_is_refused(client):
    assert client.post(page_of(a_grievance()), {"action": "close"}).status_code == 400


def test_own_files_are_served_and_no_others(client, django_assert_num_queries):
    mine, other = a_grievance(photos=[a_photo()], voice=a_voice()), a_grievance(photos=[a_photo()])
    photo, voice = mine.attachments.all()
    with django_assert_num_queries(2):
        response = client.get(f"{page_of(mine)}attachments/{photo.pk}/")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/jpeg")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert b"".join(response.streaming_content)[:2] == b"\xff\xd8"
    assert client.get(f"{page_of(mine)}attachments/{other.attachments.get().pk}/").status_code == 404
    assert client.get(f"/r/AAAAAAAAAAAAAAAAAAAAAA/attachments/{photo.pk}/").status_code == 404


def test_a_recording_is_served_in_parts_as_iphones_ask(client):
    grievance = a_grievance(voice=a_voice())
    address = f"{page_of(grievance)}attachments/{grievance.attachments.get().pk}/"
    part = client.get(address, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"\x1aE\xdf\xa3")
    assert part.headers["Content-Range"].startswith("bytes 0-3/")
    assert client.get(address, headers={"Range": "bytes=9999-"}).status_code == 416


def test_advice_for_danger_stands_on_the_receipt(client):
    an_alert("fire", ["着火"], advice="请先打 119。")
    grievance = a_grievance(a_code(a_place()), description="楼道着火了")
    assert "请先打 119。" in shown(client.get(f"{page_of(grievance)}?new=1"))


def test_the_resident_never_reads_what_another_called_the_matter(client):
    code = a_code()
    first, second = a_grievance(code, description="老李家漏水"), a_grievance(code, description="漏水", at=MONDAY_NOON)
    triage.merge(second.case, into=first.case, by=a_person(Role.DISPATCHER, first.case.street), at=MONDAY_NOON)
    case = casework.lock(first.case)
    CASE.apply("withdraw", case, by=RESIDENT, at=MONDAY_NOON, ended_at=MONDAY_NOON, sentence="x")
    for action in ("remark", "urge", "withdraw"):
        assert "老李" not in shown(client.post(page_of(second), {"action": action, "text": "还有"}))
