"""扫码计数: how often the page behind a code is opened, by day and code, and nothing about whoever opened it."""

import sqlite3
from datetime import date, timedelta
from unittest import mock

import pytest
from django.db import DatabaseError, OperationalError, connection

from grievance.actions import codes
from grievance.models import ScanCount
from street.models import Role
from tests.builders import a_code, a_community, a_grievance, a_person, a_place, a_street
from tests.clock import MONDAY_10AM, TUESDAY_10AM, instant, travel

pytestmark = pytest.mark.django_db

WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/86.0.4240.99 "
    "XWEB/4317 MMWEBSDK/20220903 Mobile Safari/537.36 MicroMessenger/8.0.28.2240"
)
PROGRAMS = [
    "", "curl/7.88.1", "Wget/1.21", "python-requests/2.32", "Baiduspider/2.0", "Mozilla/5.0 (compatible; bingbot/2.0)",
    "Sogou web spider/4.0", "Mozilla/5.0 HeadlessChrome/120.0", "Go-http-client/1.1", "okhttp/4.9",
]  # fmt: skip


@pytest.fixture
def code():
    return a_code()


def scanned(client, code, *, at=MONDAY_10AM, agent=WECHAT, **headers):
    with travel(at):
        return client.get(f"/q/{code.token}/", headers={"User-Agent": agent, **headers})


def counted():
    return {(row.code_id, row.day): row.count for row in ScanCount.objects.all()}


def row_of(client, place):
    with travel(TUESDAY_10AM):
        page = client.get("/codes/register/")
    return next(row for row in page.context["rows"] if row["place"] == place)


def test_each_opening_counts_once_for_its_code_and_day(client, code):
    other = a_code(a_place(name="另一处"))
    for _ in range(3):
        scanned(client, code)
    scanned(client, code, at=TUESDAY_10AM)
    scanned(client, other)
    monday, tuesday = date(2023, 3, 13), date(2023, 3, 14)
    assert counted() == {(code.pk, monday): 3, (code.pk, tuesday): 1, (other.pk, monday): 1}


def test_day_is_the_day_of_beijing(client, code):
    scanned(client, code, at=instant("2023-03-13 23:59"))
    scanned(client, code, at=instant("2023-03-14 00:00"))
    assert [day for _, day in sorted(counted())] == [date(2023, 3, 13), date(2023, 3, 14)]


@pytest.mark.parametrize("agent", PROGRAMS)
def test_programs_are_shown_the_page_and_not_counted(client, code, agent):
    assert scanned(client, code, agent=agent).status_code == 200
    assert counted() == {}


@pytest.mark.parametrize("header", ["Purpose", "Sec-Purpose"])
def test_page_fetched_ahead_of_need_is_not_counted(client, code, header):
    scanned(client, code, **{header: "prefetch"})
    assert counted() == {}


def test_neither_a_head_request_nor_a_report_counts(client, code):
    client.head(f"/q/{code.token}/", headers={"User-Agent": WECHAT})
    client.post(f"/q/{code.token}/", {"description": "暖气不热"}, headers={"User-Agent": WECHAT})
    assert counted() == {}


def test_count_costs_one_statement(client, code, django_assert_num_queries):
    the_code, what_may_be_joined, the_count = 1, 1, 1
    for _ in ("first", "again"):
        with django_assert_num_queries(the_code + what_may_be_joined + the_count):
            scanned(client, code)


def test_nothing_is_kept_of_whoever_scans():
    assert {field.name for field in ScanCount._meta.get_fields()} == {"id", "code", "day", "count"}


def test_page_is_shown_though_nothing_can_be_counted(client, code):
    with mock.patch.object(ScanCount.objects.__class__, "one_more", side_effect=OperationalError("database is locked")):
        assert scanned(client, code).status_code == 200
    assert counted() == {}


@pytest.mark.on_sqlite
@pytest.mark.django_db(transaction=True)
def test_page_does_not_stand_behind_whoever_is_writing():
    code = a_code()
    writer = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(DatabaseError):
            ScanCount.objects.one_more(code.pk, date(2023, 3, 13))
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone()[0] == connection.settings_dict["OPTIONS"]["timeout"] * 1000


@pytest.mark.parametrize(("times", "words"), [(0, "没有"), (1, "不到 5 次"), (4, "不到 5 次"), (5, "5 次"), (12, "12 次")])
def test_register_shows_how_often_and_tells_few_openings_apart_for_nobody(client, code, times, words):
    if times:
        ScanCount.objects.create(code=code, day=date(2023, 3, 13), count=times)
    client.force_login(a_person(Role.DISPATCHER, code.place.street))
    assert row_of(client, code.place)["scans"] == words


def test_register_counts_the_last_thirty_days(client, code):
    tuesday = date(2023, 3, 14)
    ScanCount.objects.create(code=code, day=tuesday - timedelta(days=30), count=5)
    ScanCount.objects.create(code=code, day=tuesday - timedelta(days=31), count=100)
    client.force_login(a_person(Role.DISPATCHER, code.place.street))
    assert row_of(client, code.place)["scans"] == "5 次"


def test_old_code_that_still_hangs_is_pointed_out(client, code):
    scanned(client, code)
    codes.replace(code, at=MONDAY_10AM)
    client.force_login(a_person(Role.DISPATCHER, code.place.street))
    assert not row_of(client, code.place)["stale"]
    assert scanned(client, code, at=TUESDAY_10AM).status_code == 410
    row = row_of(client, code.place)
    assert row["stale"] and row["scans"] == "没有"


def test_last_report_is_shown_to_those_who_may_read_it(client):
    street = a_street()
    luxi = a_community(street)
    code = a_code(a_place(street, luxi))
    a_grievance(code, at=MONDAY_10AM)
    client.force_login(a_person(Role.DISPATCHER, street))
    assert row_of(client, code.place)["reported_at"] == MONDAY_10AM
    with travel(MONDAY_10AM):
        assert "2023-03-13" in client.get("/codes/register/").content.decode()
    for role in (Role.SYSTEM_ADMIN, Role.GRID_WORKER):
        client.force_login(a_person(role, street if role == Role.SYSTEM_ADMIN else luxi))
        assert row_of(client, code.place)["reported_at"] is None
