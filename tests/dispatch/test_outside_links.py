"""外部链接: a firm without an account reads and answers one order by its link, and nothing else; it never learns who spoke."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from dispatch.actions import handling, outside
from dispatch.models import OutsideLink, WorkOrder
from grievance.casework import OUTSIDE, Refused
from grievance.models import Attachment, Complainant, Event, Grievance, Notice, Remark
from street.models import Organisation
from tests.clock import travel
from tests.desk.phone import a_phone, act, an_order, moves_on, text_of
from tests.dispatch.scene import TUESDAY, a_street, later

pytestmark = pytest.mark.django_db

WRITTEN = "13912345678"
ANSWER = "车窗已照价赔付，屋檐冰柱已清除。"


@pytest.fixture
def scene():
    return a_street()


@pytest.fixture
def order(scene):
    """The firm's supporting order in a matter that somebody with a name and a number reported."""
    lead = an_order(scene, description=f"刘先生的车窗被冰柱砸碎，请打{WRITTEN}或13800001111")
    return lead.case.orders.get(handler=scene.company)


@pytest.fixture
def link(scene, order):
    return outside.issue(order, by=scene.who("dispatcher"), at=TUESDAY)


@pytest.fixture
def firm():
    """A telephone that nobody is signed in on."""
    return Client()


def page_of(link):
    return f"/o/{link.token}/"


def opened(firm, link, at=None):
    with travel(at or later(hours=1)):
        return firm.get(page_of(link))


def sends(firm, link, action, at=None, **said):
    with travel(at or later(hours=1)):
        return firm.post(page_of(link), {"action": action, **said})


def a_photo(name="x.jpg"):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def who_spoke():
    one = Complainant.objects.first()
    return [one.name, one.phone, one.masked_name, one.masked_phone, WRITTEN, "139****5678"]


def agrees_to_be_rung(at=None):
    Complainant.objects.update(shared_at=at or later(hours=1))


def test_link_shows_the_order_and_neither_name_nor_number_nor_voice(firm, link, order):
    grievance = order.case.grievances.get()
    voice = Attachment.objects.create(
        case=order.case, grievance=grievance, kind="voice", content_type="audio/mpeg", sha256="ab" * 32, size=1, file="x.mp3",
        at=TUESDAY,
    )  # fmt: skip
    page = opened(firm, link)
    assert page.status_code == 200 and order.number in text_of(page) and "车窗被冰柱砸碎" in text_of(page)
    assert [secret for secret in who_spoke() if secret in text_of(page)] == []
    assert "audio" not in text_of(page) and grievance.number not in text_of(page)
    assert firm.get(f"/o/{link.token}/photos/{voice.pk}/").status_code == 404


def test_opening_starts_no_session_and_is_recorded_once(firm, link, order):
    assert not opened(firm, link).cookies and not opened(firm, link, later(hours=2)).cookies
    link.refresh_from_db()
    assert link.opened_at == later(hours=1)
    event = Event.objects.get(kind="outsidelink.open")
    assert (event.voice, event.actor) == ("outside", None) and "pm首次打开" in event.sentence


def test_firm_accepts_reports_and_completes_by_the_very_actions_of_staff(firm, link, order):
    assert sends(firm, link, "accept").status_code == 302
    sends(firm, link, "respond", note="已和车主约好")
    sends(firm, link, "add_progress", text="已安排清冰", photos=[a_photo()])
    sends(firm, link, "complete", later(hours=2), public_answer=ANSWER, photos=[a_photo("a.jpg"), a_photo("b.jpg")])
    order.refresh_from_db()
    assert (order.status, order.accepted_by, order.completed_by) == (WorkOrder.Status.COMPLETED, None, None)
    assert order.public_answer == ANSWER and order.contacted_at
    said = order.case.events.filter(subject=f"workorder:{order.pk}", voice="outside")
    assert {event.kind for event in said} == {
        "workorder.accept", "workorder.respond", "workorder.add_progress", "workorder.complete",
    }  # fmt: skip
    assert all("pm" in event.sentence and event.actor is None for event in said)
    assert not Remark.objects.filter(grievance=None).exclude(author=None).exists()


def test_pictures_of_the_firm_reach_the_desk_and_not_the_one_who_reported(firm, scene, link, order):
    sends(firm, link, "accept")
    sends(firm, link, "complete", public_answer=ANSWER, photos=[a_photo()])
    photo = Attachment.objects.get()
    assert photo.grievance is None and photo.remark.author is None
    with travel(later(hours=2)):
        desk = text_of(a_phone(scene.who("dispatcher")).get(f"/desk/cases/{order.case.number}/"))
        follow = text_of(firm.get(f"/r/{order.case.grievances.get().receipt}/"))
    assert f"/desk/attachments/{photo.pk}/" in desk and f"/attachments/{photo.pk}/" not in follow


def test_completion_by_link_waits_for_the_desk_like_any_other(firm, scene, link, order):
    sends(firm, link, "accept")
    sends(firm, link, "complete", public_answer=ANSWER)
    order.refresh_from_db()
    handling.review(order, passed=True, by=scene.who("dispatcher"), at=later(hours=3))
    assert opened(firm, link, later(hours=4)).status_code == 404


def test_completion_without_an_answer_keeps_what_was_typed(firm, link, order):
    sends(firm, link, "accept")
    page = sends(firm, link, "complete", public_answer=" ", internal_record="带梯子去了")
    assert page.status_code == 400 and "公开答复" in text_of(page) and "带梯子去了" in text_of(page)
    order.refresh_from_db()
    assert order.status == WorkOrder.Status.ACCEPTED


def test_ten_pictures_are_too_many_and_nothing_is_completed(firm, link, order):
    sends(firm, link, "accept")
    page = sends(firm, link, "complete", public_answer=ANSWER, photos=[a_photo() for _ in range(10)])
    assert page.status_code == 400 and not Attachment.objects.exists()
    order.refresh_from_db()
    assert order.status == WorkOrder.Status.ACCEPTED


@pytest.mark.parametrize("name", ["ask_return", "transfer", "review_pass", "recall", "request_extension", ""])
def test_link_makes_no_other_move(firm, link, order, name):
    assert sends(firm, link, name).status_code == 400
    order.refresh_from_db()
    assert order.status == WorkOrder.Status.DISPATCHED


def test_unknown_expired_revoked_and_ended_links_get_one_and_the_same_answer(firm, scene, order, link):
    unknown = firm.get("/o/xxxxxxxxxxxxxxxxxxxxxx/")
    expired = opened(firm, link, link.expires_at)
    outside.revoke(order, by=scene.who("dispatcher"), at=later(hours=1))
    revoked = opened(firm, link, later(hours=2))
    ended = outside.issue(order, by=scene.who("dispatcher"), at=later(hours=2))
    handling.recall(order, reason="改派", by=scene.who("dispatcher"), at=later(hours=3))
    answers = [unknown, expired, revoked, opened(firm, ended, later(hours=4))]
    assert [page.status_code for page in answers] == [404] * 4
    assert len({page.content for page in answers}) == 1 and "要一个新的" in text_of(unknown)


def test_expiry_is_the_policys(scene, order):
    scene.policy.link_days = 3
    scene.policy.save()
    order.refresh_from_db()
    assert outside.issue(order, by=scene.who("dispatcher"), at=TUESDAY).expires_at == TUESDAY + timedelta(days=3)


def test_new_link_kills_the_old_one(firm, scene, order, link):
    second = outside.issue(order, by=scene.who("leader"), at=later(minutes=30))
    assert opened(firm, link).status_code == 404 and opened(firm, second).status_code == 200
    assert OutsideLink.objects.filter(revoked_at__isnull=True).count() == 1


def test_link_revoked_while_the_form_was_open_does_nothing(firm, scene, order, link):
    opened(firm, link)
    outside.revoke(order, by=scene.who("dispatcher"), at=later(minutes=90))
    assert sends(firm, link, "accept", later(hours=2)).status_code == 404
    order.refresh_from_db()
    assert order.accepted_at is None


def test_link_opens_no_picture_of_another_matter(firm, scene, link):
    other = an_order(scene, at=later(minutes=1)).case
    photo = Attachment.objects.create(
        case=other, grievance=other.grievances.get(), kind="photo", content_type="image/jpeg", sha256="cd" * 32, size=1,
        file="x.jpg", at=TUESDAY,
    )  # fmt: skip
    with travel(later(hours=1)):
        assert firm.get(f"/o/{link.token}/photos/{photo.pk}/").status_code == 404


def test_link_of_one_order_signs_nobody_in_elsewhere(firm, link, order):
    opened(firm, link)
    for address in (f"/desk/cases/{order.case.number}/", f"/phone/orders/{order.number}/"):
        assert firm.get(address).status_code == 302
    assert firm.get(f"/api/v1/orders/{order.number}/").status_code in (401, 403)


def test_contact_appears_only_after_consent_and_each_reading_is_an_event(firm, link, order):
    assert "查看姓名和电话" not in text_of(opened(firm, link))
    assert sends(firm, link, "contact").status_code == 403
    agrees_to_be_rung()
    shown = text_of(opened(firm, link, later(hours=2)))
    assert "查看姓名和电话" in shown and "13800001111" not in shown
    page = text_of(sends(firm, link, "contact", later(hours=2)))
    assert "刘先生" in page and "13800001111" in page
    event = Event.objects.get(kind="phone.revealed")
    assert (event.voice, event.actor) == ("outside", None)
    assert not [word for word in ("刘", "1380000") if word in event.sentence]
    assert "13800001111" not in text_of(opened(firm, link, later(hours=3)))


@pytest.mark.parametrize("facts", [{"confidential": True}, {"shared_at": None}, {"shared_at": TUESDAY - timedelta(days=1)}])
def test_contact_of_one_who_asked_for_confidence_withdrew_or_agreed_to_another_firm_stays_hidden(firm, link, facts):
    agrees_to_be_rung()
    Complainant.objects.update(**facts)
    page = sends(firm, link, "contact", later(hours=2))
    assert page.status_code == 403 and "13800001111" not in text_of(page)
    assert not Event.objects.filter(kind="phone.revealed").exists()


def test_consent_that_named_the_firms_opens_nothing_to_a_utility_s_link(firm, link, order):
    Organisation.objects.filter(pk=order.handler_id).update(kind="utility")
    agrees_to_be_rung()
    assert sends(firm, link, "contact", later(hours=2)).status_code == 403
    assert not Event.objects.filter(kind="phone.revealed").exists()


def test_pictures_and_address_of_one_who_asked_for_confidence_stay_hidden(firm, link, order):
    Complainant.objects.update(confidential=True)
    grievance = Grievance.objects.get()
    Grievance.objects.update(address="3单元501")
    photo = Attachment.objects.create(
        case=order.case, grievance=grievance, kind="photo", content_type="image/jpeg", sha256="cd" * 32, size=1, file="x.jpg",
        at=TUESDAY,
    )  # fmt: skip
    page = text_of(opened(firm, link))
    assert "501" not in page and "photos/" not in page
    assert firm.get(f"/o/{link.token}/photos/{photo.pk}/").status_code == 404


def test_guesses_are_slowed_by_address(firm, settings, link):
    settings.INTAKE_THROTTLE = "3/hour"
    with travel(later(hours=1)):
        codes = [firm.get("/o/aaaaaaaaaaaaaaaaaaaaaa/").status_code for _ in range(4)]
    assert codes == [404, 404, 404, 429]


def test_unit_is_told_of_its_link_without_the_link_and_without_a_person(link, order):
    notice = Notice.objects.get(kind="link")
    assert notice.organisation == order.handler and order.number in notice.text
    assert link.token not in notice.text and "刘" not in notice.text
    assert not any(link.token in event.sentence + event.public for event in Event.objects.all())


def test_table_holds_no_secret(link):
    assert link.token not in str(OutsideLink.objects.values().get())


def test_only_the_desk_issues_and_only_for_a_body_outside(scene, order):
    for name in ("luxi", "secretary", "supervisor"):
        with pytest.raises(Refused, match="值班长"):
            outside.issue(order, by=scene.who(name), at=TUESDAY)
    lead = order.case.orders.get(lead=True)
    with pytest.raises(Refused, match="社会单位"):
        outside.issue(lead, by=scene.who("dispatcher"), at=TUESDAY)
    assert not OutsideLink.objects.exists()


def test_desk_gets_the_link_once_to_copy_and_can_take_it_back(scene, order):
    desk, page = a_phone(scene.who("dispatcher")), f"/desk/cases/{order.case.number}/"
    with travel(later(hours=1)):
        answer = desk.post(page, {"act": act(order, "issue_link")})
        token = OutsideLink.objects.get().token
        again = desk.get(page)
        assert f"/o/{token}/" in text_of(answer) and token not in text_of(again)
        assert {"issue_link", "revoke_link"} <= set(moves_on(again))
        desk.post(page, {"act": act(order, "revoke_link")})
        assert "revoke_link" not in moves_on(desk.get(page))
    assert OutsideLink.objects.get().revoked_at == later(hours=1)


def test_body_outside_passes_no_work_of_its_own(firm, scene, link, order):
    sends(firm, link, "accept")
    sends(firm, link, "complete", public_answer=ANSWER)
    with pytest.raises(Refused, match="须由工作人员办理"):
        handling.review(order, passed=True, by=OUTSIDE, at=later(hours=2))
