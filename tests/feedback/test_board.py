"""公开栏: closed, agreed to, written by one and approved by another; off by default, gone as soon as one of these is not so."""

from datetime import timedelta

import pytest
from django.test import Client

from grievance import media
from grievance.actions import board, board_consent, retention
from grievance.casework import Refused
from grievance.models import BoardConsent, BoardEntry, BoardPhoto, Case, Category, Grievance, Notice, PublicPage, Remark
from street.models import Role
from tests.builders import a_photo
from tests.clock import instant, travel
from tests.desk.phone import SIGNED_IN, a_phone, act, moves_on, text_of
from tests.dispatch.scene import TUESDAY, person
from tests.feedback.scene import CONTENT, RESOLVED_AT, a_resolved_case, answers, asked

NOW = RESOLVED_AT + timedelta(days=1)
BOARD = "/board/luxi/"
WORDS = {"title": "楼顶冰凌已清除", "came_in": "居民反映楼顶冰凌有危险。", "done": "当天拉起警戒线，两天内清除。"}


@pytest.fixture(autouse=True)
def the_day_after():
    with travel(NOW):
        yield


@pytest.fixture
def scene(scene):
    PublicPage.objects.create(community=scene.luxi, board=True)
    Category.objects.filter(pk=scene.damages.pk).update(board=True)
    return scene


@pytest.fixture
def grievance(scene):
    """Of a closed case, with a picture of the resident's and one of the unit's."""
    case = a_resolved_case(scene)
    answers(asked(case)[0], CONTENT)
    case.refresh_from_db()
    grievance = case.grievances.get()
    note = Remark.objects.create(case=case, author=scene.who("luxi"), text="已清除", at=RESOLVED_AT)
    for kept, voice, remark in zip(
        media.keep_photos([a_photo(), a_photo(colour="blue")]), (grievance, None), (None, note), strict=True
    ):
        kept.attachment(case, voice, RESOLVED_AT, remark).save()
    return grievance


def agrees(grievance, *, photos=()):
    return board_consent.give(Grievance.objects.get(pk=grievance.pk), photos=photos, at=NOW)


def drafts(scene, grievance, **more):
    return board.draft(Case.objects.get(pk=grievance.case_id), **{**WORDS, **more}, by=scene.who("dispatcher"), at=NOW)


def published(scene, grievance, **more):
    agrees(grievance, photos=[photo.pk for photo in grievance.attachments.all()])
    return board.publish(drafts(scene, grievance, **more), looked=True, by=scene.who("leader"), at=NOW)


def page(**asked_for):
    return Client().get(BOARD, asked_for)


def refused(code, act, *args, **options):
    with pytest.raises(Refused) as no:
        act(*args, **options)
    assert no.value.code == code, no.value.message


def test_entry_is_read_by_anybody_with_its_pictures_and_nothing_of_the_resident(scene, grievance, own_files):
    pictures = board.photos_open_to(grievance.case)
    assert [photo.grievance_id for photo in pictures] == [None]
    agrees(grievance, photos=[grievance.attachments.get().pk])
    ours, theirs = sorted(board.photos_open_to(grievance.case), key=lambda photo: photo.grievance_id is None)
    entry = drafts(scene, grievance, before=[ours], after=[theirs])
    name = entry.photos.first().name
    address = f"/board/photos/{name}.jpg"
    assert WORDS["title"] not in text_of(page()) and Client().get(address).status_code == 404
    board.publish(entry, looked=True, by=scene.who("leader"), at=NOW)
    shown = text_of(page())
    assert all(words in shown for words in WORDS.values()) and shown.count('<img src="/board/photos/') == 2
    case = grievance.case
    assert not [word for word in (case.number, grievance.number, grievance.receipt, "刘", "1380000", "车窗") if word in shown]
    picture = Client().get(address)
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg") and "no-cache" in picture["Cache-Control"]
    assert b"".join(picture.streaming_content)[:3] == b"\xff\xd8\xff"
    assert Client().get(address, headers={"If-None-Match": picture["ETag"]}).status_code == 304
    assert Notice.objects.filter(kind="board", grievance=grievance).count() == 1


def test_board_is_off_until_it_is_switched_on_there(scene, grievance):
    published(scene, grievance)
    assert page().status_code == 200 and Client().get("/board/xisheng/").status_code == 404
    assert BOARD in text_of(Client().get("/c/luxi/")) and "/board/" not in text_of(Client().get("/c/xisheng/"))
    PublicPage.objects.update(board=False)
    assert page().status_code == 404 and Client().get("/board/street/").status_code == 404
    refused("board_off", drafts, scene, grievance)


def test_without_consent_and_before_the_end_there_is_nothing_to_write(scene, grievance):
    refused("no_consent", drafts, scene, grievance)
    agrees(grievance)
    Case.objects.filter(pk=grievance.case_id).update(status="resolved", ended_at=None)
    refused("not_public", drafts, scene, grievance)


def test_one_who_wrote_it_does_not_approve_it_and_nobody_approves_unread(scene, grievance):
    agrees(grievance)
    case = Case.objects.get(pk=grievance.case_id)
    entry = board.draft(case, **WORDS, by=scene.who("leader"), at=NOW)
    refused("same_person", board.publish, entry, looked=True, by=scene.who("leader"), at=NOW)
    refused("not_looked", board.publish, entry, looked=False, by=scene.who("street_leader"), at=NOW)
    refused("role_missing", board.publish, entry, looked=True, by=scene.who("luxi"), at=NOW)
    refused("already_drafted", drafts, scene, grievance)
    board.refuse(entry, reason="写得太细", by=scene.who("street_leader"), at=NOW)
    assert WORDS["title"] not in text_of(page())
    assert drafts(scene, grievance).status == BoardEntry.Status.DRAFT


def test_words_that_name_the_resident_and_pictures_not_agreed_to_are_refused(scene, grievance):
    agrees(grievance)
    refused("named", drafts, scene, grievance, done="刘先生已收到赔偿")
    refused("named", drafts, scene, grievance, title="3号楼冰凌")
    refused("photo_not_agreed", drafts, scene, grievance, before=list(grievance.attachments.all()))
    refused("words_missing", drafts, scene, grievance, done=" ")


def test_month_is_that_of_beijing(scene, grievance):
    agrees(grievance)
    Case.objects.update(ended_at=instant("2023-04-01 00:30"))
    assert f"{drafts(scene, grievance).month:%Y-%m-%d}" == "2023-04-01"


def change_category(case):
    Category.objects.update(board=False)


def change_kind(case):
    case.grievances.update(kind="dispute")


def change_alert(case):
    from tests.builders import an_alert

    an_alert("domestic_violence", ["打我"], bars_automatic=True)
    Case.objects.filter(pk=case.pk).update(suggestion={"alerts": ["domestic_violence"]})


def change_confidence(case):
    case.grievances.get().complainant.__class__.objects.update(confidential=True)


@pytest.mark.parametrize("change", [change_category, change_kind, change_alert, change_confidence])
def test_disputes_help_conduct_and_danger_are_neither_asked_about_nor_shown(scene, grievance, change):
    agrees(grievance)
    entry = drafts(scene, grievance)
    change(grievance.case)
    refused("not_public", board.publish, entry, looked=True, by=scene.who("leader"), at=NOW)
    BoardConsent.objects.all().delete()
    refused("not_public", agrees, grievance)
    assert "公开栏" not in text_of(Client().get(f"/r/{grievance.receipt}/"))


def test_category_that_may_no_longer_be_shown_takes_its_entries_along(scene, grievance):
    published(scene, grievance)
    Category.objects.update(board=False)
    assert WORDS["title"] not in text_of(page())


def test_consent_taken_back_takes_words_and_pictures_off_at_once(scene, grievance, own_files, django_capture_on_commit_callbacks):
    pictures = published(scene, grievance, after=board.photos_open_to(grievance.case)).photos
    address = f"/board/photos/{pictures.get().name}.jpg"
    assert Client().get(address).status_code == 200 and list((own_files / "media/board").rglob("*.jpg"))
    with django_capture_on_commit_callbacks(execute=True):
        assert Client().post(f"/r/{grievance.receipt}/board/").status_code == 302
    assert WORDS["title"] not in text_of(page()) and Client().get(address).status_code == 404
    entry = BoardEntry.objects.get()
    assert (entry.status, entry.title, entry.came_in, entry.done) == ("taken_down", "", "", "")
    assert not BoardPhoto.objects.exists() and not list((own_files / "media/board").rglob("*.jpg"))
    refused("no_consent", drafts, scene, grievance)


def test_entry_goes_with_what_the_resident_said(scene, grievance):
    published(scene, grievance)
    retention._erase(grievance, "expired", at=NOW)
    assert WORDS["title"] not in text_of(page()) and BoardEntry.objects.get().title == ""
    refused("not_public", agrees, grievance)


def test_matter_that_is_opened_again_is_not_shown_and_its_old_words_do_not_come_back(scene, grievance):
    published(scene, grievance)
    Case.objects.update(status="in_handling", ended_at=None, round=2)
    assert WORDS["title"] not in text_of(page())
    Case.objects.update(status="closed", ended_at=NOW)
    assert WORDS["title"] not in text_of(page())


def test_resident_is_asked_on_the_page_with_no_tick_made_beforehand(scene, grievance):
    address, own = f"/r/{grievance.receipt}/", Client()
    asking = text_of(own.get(address))
    assert 'action="board/"' in asking and 'name="photos"' in asking and "checked" not in asking.split('id="board"')[1][:1500]
    agrees(grievance)
    assert "收回同意，马上撤下" in text_of(own.get(address))


def test_tick_below_the_answer_is_a_consent_and_none_where_the_work_is_done_again(scene):
    case = a_resolved_case(scene)
    callback = asked(case)[0]
    survey = f"/s/{callback.token}/"
    assert 'name="agreed"' in text_of(Client().get(survey))
    Client().post(survey, {"replied": "yes", "resolved": "yes", "satisfaction": "yes", "agreed": "on"})
    assert BoardConsent.objects.get().photos.count() == 0
    unhappy = asked(a_resolved_case(scene))[0]
    bad = {"replied": "yes", "resolved": "no", "satisfaction": "no", "reason": "unsolved", "agreed": "on"}
    assert Client().post(f"/s/{unhappy.token}/", bad).status_code == 302
    assert not BoardConsent.objects.filter(grievance=unhappy.grievance).exists()


def test_desk_writes_and_another_approves_on_the_page_of_the_case(scene, grievance):
    agrees(grievance)
    address = f"/desk/cases/{grievance.case.number}/"
    writer, reader = a_phone(scene.who("dispatcher")), a_phone(scene.who("leader"))
    assert grievance.case.number in text_of(writer.get("/desk/board/"))
    assert "draft_board" in moves_on(writer.get(address)) and "draft_board" not in moves_on(
        a_phone(scene.who("luxi")).get(address)
    )
    assert writer.post(address, {"act": act(grievance.case, "draft_board"), **WORDS}).status_code == 302
    entry = BoardEntry.objects.get()
    assert not {"publish", "refuse", "draft_board"} & set(moves_on(writer.get(address)))
    assert {"publish", "refuse", "take_down"} <= set(moves_on(reader.get(address)))
    assert reader.post(address, {"act": act(entry, "publish"), "looked": "on"}).status_code == 302
    assert WORDS["title"] in text_of(page()) and WORDS["title"] in text_of(reader.get("/desk/board/"))
    reader.post(address, {"act": act(entry, "take_down"), "reason": "照片要换"})
    assert WORDS["title"] not in text_of(page())


def test_figures_stand_with_their_counts_and_without_a_percentage_of_a_few(scene):
    for number in range(6):
        case = a_resolved_case(scene)
        if number < 5:
            answers(asked(case)[0], CONTENT if number else {**CONTENT, "satisfaction": "mostly"})
    shown = text_of(page())
    assert "占收到的 6 件的 83%" in shown and "占作了评价的 5 人的 100%" in shown
    Case.objects.filter(status="closed").first().callbacks.update(status="unreachable", resolved="", satisfaction="")
    shown = text_of(page())
    assert "作了评价的有 4 人" in shown and "4 人的" not in shown and "没有联系上" in shown
    assert '收到</dt><dd><b class="num">0</b>' in text_of(page(month="2022-01"))


def test_entries_are_narrowed_by_category_and_month_and_cost_the_same_few_statements(scene, grievance, django_assert_num_queries):
    entry = published(scene, grievance, after=board.photos_open_to(grievance.case))
    for number in range(24):
        case = a_resolved_case(scene)
        answers(asked(case)[0], CONTENT)
        BoardConsent.objects.create(grievance=case.grievances.get(), at=NOW)
        BoardEntry.objects.create(
            case=case, community=scene.luxi, round=1, month=entry.month, status="published", title=f"第{number}件", came_in="。",
            done="。", drafted_by=scene.who("dispatcher"), drafted_at=NOW, decided_by=scene.who("leader"), decided_at=NOW,
        )  # fmt: skip
    # the community, how many, the entries, their pictures, two for the figures, categories and months
    with django_assert_num_queries(8):
        first = text_of(page())
    assert first.count("<article") == 20 and 'rel="next"' in first
    assert text_of(page(page=2)).count("<article") == 5
    assert text_of(page(category="F3", month="2023-03", page=2)).count("<article") == 5
    assert "没有符合条件的内容" in text_of(page(month="2023-02")) and "没有符合条件的内容" in text_of(page(category="B1"))
    assert page(month="x", page="y").status_code == 200
    with django_assert_num_queries(3):
        Client().get(f"/board/photos/{entry.photos.get().name}.jpg")


def test_forwarded_link_does_not_give_consent(scene, grievance):
    """A phone that has not shown that it reported the matter may take back, and nothing else."""
    response = Client().post(f"/r/{grievance.receipt}/board/", {"agreed": "on"})
    assert response.status_code == 403 and not BoardConsent.objects.exists()


def test_register_is_for_those_who_write_and_approve(scene):
    assert a_phone(person("auditor", Role.AUDITOR, scene.street)).get("/desk/board/").status_code == 403
    assert a_phone(scene.who("luxi")).get("/desk/board/").status_code == 403
    with travel(TUESDAY):
        assert SIGNED_IN and a_phone(scene.who("street_leader")).get("/desk/board/").status_code == 200
