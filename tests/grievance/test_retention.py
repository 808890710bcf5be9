"""保存与删除: what people said goes when its time is over or they ask; papers first, and a tombstone says that it went."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from grievance.actions import intake, retention
from grievance.casework import Refused
from grievance.models import Attachment, Case, Complainant, ErasureRequest, Event, RetentionRule, Tombstone
from street.models import Role
from tests.builders import a_grievance, a_person, a_photo
from tests.clock import MONDAY_10AM, travel

pytestmark = pytest.mark.django_db
SAID = "三号楼的张某某半夜放音响"
YEARS_LATER = MONDAY_10AM + timedelta(days=2000)


@pytest.fixture
def grievance():
    row = a_grievance(description=SAID, address="3号楼", name="李某", phone="13812345678", photos=[a_photo()])
    intake.add_remark(row, text="昨晚又放", at=MONDAY_10AM)
    RetentionRule.objects.create(street=row.case.street, personal_days=1825, withdrawn_days=180, papers_days=3650)
    return row


@pytest.fixture
def leader(grievance):
    return a_person(Role.SHIFT_LEADER, grievance.case.street)


def ended(grievance, at=MONDAY_10AM):
    Case.objects.filter(pk=grievance.case_id).update(status="closed", ended_at=at)
    grievance.refresh_from_db()
    return grievance


def files(folder):
    return [path for path in (folder / "media").rglob("*") if path.is_file()]


def kept_of(grievance):
    grievance.refresh_from_db()
    words = [grievance.description, grievance.address, grievance.case.title, *grievance.remarks.values_list("text", flat=True)]
    return " ".join(words)


def test_nothing_goes_a_day_before_its_time(grievance):
    ended(grievance)
    assert retention.expire(at=MONDAY_10AM + timedelta(days=1824)) == 0
    assert SAID in kept_of(grievance)


def test_when_the_time_is_over_words_number_and_pictures_go_and_the_matter_stays(
    grievance, own_files, django_capture_on_commit_callbacks
):
    ended(grievance)
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.expire(at=YEARS_LATER) == 1
    assert not any(word in kept_of(grievance) for word in ("张某某", "昨晚", "3号楼的"))
    assert not Complainant.objects.exists() and not Attachment.objects.exists() and files(own_files) == []
    stone = Tombstone.objects.get()
    assert (stone.why, stone.what) == ("expired", ["姓名和电话", "附件 1 件", "原话和位置", "补充 1 条"])
    assert Event.objects.filter(kind="case.submit").exists()


def test_twice_takes_away_once(grievance):
    ended(grievance)
    assert [retention.expire(at=YEARS_LATER) for _ in range(2)] == [1, 0]
    assert Event.objects.filter(kind="erasure.expire").count() == 1


def test_a_matter_under_way_is_never_forgotten_however_old(grievance):
    assert retention.expire(at=YEARS_LATER) == 0
    assert SAID in kept_of(grievance)


def test_time_is_the_offices_figure(grievance):
    ended(grievance)
    RetentionRule.objects.update(personal_days=30)
    assert retention.expire(at=MONDAY_10AM + timedelta(days=31)) == 1


def test_archive_of_papers_comes_first(grievance, leader):
    ended(grievance)
    retention.keep(grievance.case, at=MONDAY_10AM)
    assert retention.expire(at=YEARS_LATER) == 0
    request = retention.ask(grievance, at=MONDAY_10AM)
    with pytest.raises(Refused, match="保存到2033年") as refused:
        retention.decide(request, agreed=True, opinion="", by=leader, at=MONDAY_10AM)
    assert refused.value.code == "papers_first"
    assert SAID in kept_of(grievance)
    assert retention.expire(at=MONDAY_10AM + timedelta(days=3651)) == 1


def test_picture_that_another_person_sent_too_stays(grievance, own_files, django_capture_on_commit_callbacks):
    other = a_grievance(grievance.qr_code, photos=[a_photo()])
    ended(grievance)
    with django_capture_on_commit_callbacks(execute=True):
        retention.expire(at=YEARS_LATER)
    assert other.attachments.count() == 1 and len(files(own_files)) == 1


def test_withdrawn_ones_lose_their_pictures_earlier_and_keep_their_words(grievance):
    intake.withdraw(grievance, at=MONDAY_10AM)
    assert retention.drop_withdrawn(at=MONDAY_10AM + timedelta(days=179)) == 0
    assert retention.drop_withdrawn(at=MONDAY_10AM + timedelta(days=181)) == 1
    assert retention.drop_withdrawn(at=MONDAY_10AM + timedelta(days=182)) == 0
    assert not Attachment.objects.exists() and SAID in kept_of(grievance)


def test_one_may_ask_when_it_is_over_and_the_leader_agrees(grievance, leader, client):
    ended(grievance)
    with travel(MONDAY_10AM):
        assert client.post(f"/r/{grievance.receipt}/data/").status_code == 302
        retention.decide(ErasureRequest.objects.get(), agreed=True, opinion="", by=leader, at=MONDAY_10AM)
        page = client.get(f"/r/{grievance.receipt}/data/").text
    assert "已去除个人信息（本人要求）" in page and "张某某" not in page
    assert "张某某" not in kept_of(grievance)


def test_refusal_gives_its_ground_and_the_person_reads_it(grievance, leader, client):
    ended(grievance)
    request = retention.ask(grievance, at=MONDAY_10AM)
    with pytest.raises(Refused, match="须写明依据"):
        retention.decide(request, agreed=False, opinion=" ", by=leader, at=MONDAY_10AM)
    retention.decide(request, agreed=False, opinion="诉讼需要保留", by=leader, at=MONDAY_10AM)
    page = client.get(f"/r/{grievance.receipt}/data/").text
    assert "诉讼需要保留" in page and "申请删除" in page
    assert SAID in kept_of(grievance)


@pytest.mark.parametrize(("state", "code"), [("open", "still_open"), ("asked", "already_asked"), ("gone", "already_gone")])
def test_asking_is_refused_with_what_to_do(grievance, state, code):
    if state != "open":
        ended(grievance)
    if state == "asked":
        retention.ask(grievance, at=MONDAY_10AM)
    if state == "gone":
        retention.expire(at=YEARS_LATER)
    with pytest.raises(Refused) as refused:
        retention.ask(grievance, at=YEARS_LATER)
    assert refused.value.code == code


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.CALLER, Role.SYSTEM_ADMIN])
def test_nobody_else_decides_it(grievance, role):
    ended(grievance)
    request = retention.ask(grievance, at=MONDAY_10AM)
    with pytest.raises(Refused, match="须由"):
        retention.decide(request, agreed=True, opinion="", by=a_person(role, grievance.case.street), at=MONDAY_10AM)
    assert SAID in kept_of(grievance)


def test_copy_holds_ones_own_words_and_pictures_and_no_number_in_clear(grievance, client):
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/r/{grievance.receipt}/data/copy/").content))
    told = json.loads(archive.read("我的信息.json"))
    assert told["内容"] == SAID and told["电话"] == "138****5678"
    assert "13812345678" not in archive.read("我的信息.json").decode()
    assert len(archive.namelist()) == 2


def test_leader_answers_on_the_page_and_a_neighbour_finds_nothing(grievance, leader, client):
    ended(grievance)
    request = retention.ask(grievance, at=MONDAY_10AM)
    with travel(MONDAY_10AM):
        client.force_login(leader)
        assert grievance.number in client.get("/desk/erasures/").text
        kept = client.post("/desk/erasures/", {"request": request.pk, "answer": "refuse", "opinion": ""})
        assert kept.status_code == 400 and "须写明依据" in kept.text
        assert client.post("/desk/erasures/", {"request": request.pk + 9, "answer": "agree"}).status_code == 404
        assert client.post("/desk/erasures/", {"request": request.pk, "answer": "agree"}).status_code == 302
    assert Tombstone.objects.filter(grievance=grievance, why="asked").exists()
