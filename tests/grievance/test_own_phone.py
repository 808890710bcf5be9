"""本机与验证码: what a phone remembers, what a forwarded receipt may not do, and codes that tell a stranger nothing."""

import html
import json
import logging
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from grievance import own_phone, sweeps
from grievance.actions import intake, phone_codes
from grievance.casework import Refused
from grievance.models import Case, Complainant, ConfidentialReport, Grievance, IntakeCount, Notice, SmsCode
from grievance.views.report import noted_here
from tests.builders import a_code, a_grievance, own
from tests.clock import MONDAY_10AM, MONDAY_NOON, travel

pytestmark = pytest.mark.django_db
PHONE, OTHER = "13812345678", "13900000000"
MINUTE = timedelta(minutes=1)


def shown(response):
    return html.unescape(response.content.decode())


def page_of(grievance):
    return f"/r/{grievance.receipt}/"


def texted(folder, at):
    """The last code that left the house, and how many did."""
    sweeps.send_codes(at=at)
    log = folder / "outbox.log"
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    codes = [line for line in lines if line["kind"] == "code"]
    return re.search(r"验证码 (\d{6})", codes[-1]["text"])[1] if codes else "", len(codes)


def reported(browser, code=None, at=MONDAY_10AM, **said):
    """Somebody reports on that phone, through the page."""
    code = code or a_code()
    with travel(at):
        sent = browser.post(f"/q/{code.token}/", {"description": "家里暖气不热", "key": f"{at}{said}", **said})
    assert sent.status_code == 302, shown(sent)
    return Grievance.objects.latest("pk"), sent


# --- 本机的事 ---


def test_what_is_reported_on_a_phone_is_listed_there_and_nowhere_else(client, settings):
    grievance, sent = reported(client, phone=PHONE)
    cookie = sent.cookies[own_phone.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", "")
    page = shown(client.get("/mine/"))
    assert grievance.number in page and page_of(grievance) in page and "正在研判" in page
    assert "暖气不热" not in page and "138" not in page
    # Where one street uses it, its telephone stands on the pages that belong to no matter, never one that nobody answers
    assert "0991-5551234" in page and "0991-5551234" in shown(client.get("/find/"))
    assert grievance.number not in shown(Client().get("/mine/"))
    settings.SESSION_COOKIE_SECURE = True
    assert reported(Client())[1].cookies[own_phone.COOKIE]["secure"]


def test_one_or_all_are_removed_from_the_phone_and_the_matter_goes_on(client):
    (one, _), (two, _) = reported(client), reported(client, at=MONDAY_NOON)
    client.post("/mine/", {"forget": one.receipt})
    page = shown(client.get("/mine/"))
    assert one.number not in page and two.number in page
    client.post("/mine/", {"forget": "all"})
    assert two.number not in shown(client.get("/mine/"))
    assert client.get(page_of(one)).status_code == 200
    # Another site that posts here without the cookie takes nothing away
    assert own_phone.COOKIE not in Client().post("/mine/", {"forget": "all"}).cookies


def test_a_list_that_we_did_not_sign_is_no_list(client):
    grievance = a_grievance(phone=PHONE)
    for forged in ("", "x", f'[["{grievance.receipt}","v"]]:x:y', own(Client(), grievance).cookies[own_phone.COOKIE].value + "x"):
        client.cookies[own_phone.COOKIE] = forged
        assert grievance.number not in shown(client.get("/mine/"))
        assert client.post(page_of(grievance), {"action": "withdraw"}).status_code == 403


def test_a_report_on_officials_leaves_nothing_on_the_phone(rf):
    sent = noted_here(rf.post("/"), HttpResponse(), ConfidentialReport())
    assert own_phone.COOKIE not in sent.cookies


def test_no_more_than_twenty_are_kept_the_latest_first(client, rf):
    request, response = rf.get("/"), client.get("/privacy/")
    own_phone.remember(request, response, [f"r{n}" for n in range(25)], own_phone.REPORTED)
    request.COOKIES[own_phone.COOKIE] = response.cookies[own_phone.COOKIE].value
    assert list(own_phone.held(request)) == [f"r{n}" for n in range(20)]
    own_phone.remember(request, response, ["r3"], own_phone.OPENED)
    request.COOKIES[own_phone.COOKIE] = response.cookies[own_phone.COOKIE].value
    assert list(own_phone.held(request).items())[0] == ("r3", own_phone.REPORTED)


# --- 转发的查询码 ---


def test_a_forwarded_link_reads_and_adds_but_withdraws_only_after_the_code(client, own_files):
    grievance = a_grievance(phone=PHONE, verified=False)
    with travel(MONDAY_NOON):
        assert "确认是我本人" in shown(client.get(page_of(grievance)))
        assert client.post(page_of(grievance), {"action": "remark", "text": "补充一句"}).status_code == 302
        # To put the link into one's list proves nothing
        client.post(page_of(grievance), {"action": "keep"})
        refused = client.post(page_of(grievance), {"action": "withdraw"})
        assert refused.status_code == 403 and "确认是我本人" in shown(refused)
        asked = client.post(f"{page_of(grievance)}verify/", {"for": "withdraw"})
        assert "138****5678" in shown(asked) and PHONE not in shown(asked)
        code, sent = texted(own_files, MONDAY_NOON)
        assert sent == 1
        wrong = client.post(f"{page_of(grievance)}verify/", {"code": f"{(int(code) + 1) % 1_000_000:06}"})
        assert wrong.status_code == 400
        right = client.post(f"{page_of(grievance)}verify/", {"code": code, "for": "withdraw"})
        assert right.headers["Location"] == f"{page_of(grievance)}?done=verified"
        assert client.post(page_of(grievance), {"action": "withdraw"}).status_code == 302
    grievance.refresh_from_db()
    assert grievance.withdrawn_at == MONDAY_NOON
    assert Complainant.objects.get().verified_at == MONDAY_NOON


def test_the_phone_that_reported_and_who_left_no_number_withdraw_at_once(client):
    mine, _ = reported(client, phone=PHONE)
    assert client.post(page_of(mine), {"action": "withdraw"}).status_code == 302
    landline, none = a_grievance(phone="0991-5551234"), a_grievance()
    for one in (landline, none):
        assert Client().post(page_of(one), {"action": "withdraw"}).status_code == 302
    assert Client().get(f"{page_of(none)}verify/").status_code == 404


def test_the_json_intake_tells_a_client_that_keeps_cookies_and_no_other(client):
    code = a_code()
    sent = client.post(
        f"/api/v1/q/{code.token}/grievances/", {"description": "路灯不亮", "phone": PHONE}, content_type="application/json"
    )
    follow = f"/r/{sent.json()['receipt']}/"
    assert Client().post(follow, {"action": "withdraw"}).status_code == 403
    assert client.post(follow, {"action": "withdraw"}).status_code == 302


# --- 验证码 ---


def test_a_number_is_found_again_on_a_new_phone(client, own_files):
    mine, other = a_grievance(phone=PHONE), a_grievance(phone=OTHER)
    with travel(MONDAY_NOON):
        client.post("/find/", {"phone": "138-1234-5678"})
        code, _ = texted(own_files, MONDAY_NOON)
        there = client.post("/find/", {"phone": PHONE, "code": code}, follow=True)
    assert mine.number in shown(there) and other.number not in shown(there)
    assert client.post(page_of(mine), {"action": "withdraw"}).status_code == 302
    # Used up: the same digits open nothing a second time
    with travel(MONDAY_NOON + MINUTE):
        assert Client().post("/find/", {"phone": PHONE, "code": code}).status_code == 400


def test_known_and_unknown_numbers_get_the_same_answer_in_the_same_statements(own_files):
    a_grievance(phone=PHONE)
    pages, costs = [], []
    for phone in (PHONE, OTHER):
        browser = Client()
        with travel(MONDAY_NOON), CountedQueries() as counted:
            asked = browser.post("/find/", {"phone": phone})
            wrong = browser.post("/find/", {"phone": phone, "code": "12 34 5"})
        assert (asked.status_code, wrong.status_code) == (200, 400)
        pages.append((shown(asked) + shown(wrong)).replace(phone, ""))
        costs.append(counted.statements)
        IntakeCount.objects.all().delete()
    assert pages[0] == pages[1] and costs[0] == costs[1]
    # Only the number that somebody left is texted
    assert texted(own_files, MONDAY_NOON)[1] == 1


class CountedQueries:
    """The statements a block makes, without their values."""

    def __enter__(self):
        self.statements = []
        self.watching = connection.execute_wrapper(self._note)
        self.watching.__enter__()
        return self

    def _note(self, execute, sql, params, many, context):
        self.statements.append(re.sub(r"(SAVEPOINT) .*", r"\1", sql))
        return execute(sql, params, many, context)

    def __exit__(self, *failure):
        self.watching.__exit__(*failure)


def test_digits_stand_in_no_table_and_no_log_and_the_number_not_after_sending(own_files, caplog, settings):
    a_grievance(phone=PHONE)
    code = phone_codes.ask(PHONE, at=MONDAY_NOON)
    digits = phone_codes.digits(code)
    settings.SMS_BACKEND = "grievance.delivery.no_gateway"
    with caplog.at_level(logging.DEBUG):
        sweeps.send_codes(at=MONDAY_NOON)
    assert "was not sent" in caplog.text and digits not in caplog.text and PHONE not in caplog.text
    row = SmsCode.objects.values().get()
    assert not any(digits in str(value) for value in row.values())
    assert (row["phone"], row["sent_at"]) == ("", MONDAY_NOON)
    sweeps.send_codes(at=MONDAY_NOON + timedelta(days=1, minutes=1))
    assert not SmsCode.objects.exists()


@pytest.mark.parametrize(
    ("later", "why"), [(timedelta(seconds=59), "asked_recently"), (timedelta(seconds=60), ""), (timedelta(hours=23), "")]
)
def test_one_code_a_minute_for_a_number(later, why):
    phone_codes.ask(PHONE, at=MONDAY_NOON)
    phone_codes.ask(OTHER, at=MONDAY_NOON)
    assert refusal(phone_codes.ask, PHONE, at=MONDAY_NOON + later) == why


def test_five_codes_a_day_for_a_number():
    for number in range(5):
        phone_codes.ask(PHONE, at=MONDAY_NOON + number * MINUTE)
    assert refusal(phone_codes.ask, PHONE, at=MONDAY_NOON + timedelta(hours=23)) == "asked_often"
    assert refusal(phone_codes.ask, PHONE, at=MONDAY_NOON + timedelta(hours=24, minutes=5)) == ""


@pytest.mark.parametrize(
    ("tries", "later", "why"),
    [(4, MINUTE, ""), (5, MINUTE, "wrong_code"), (0, timedelta(minutes=10), "wrong_code"), (0, 9 * MINUTE, "")],
)
def test_a_code_holds_ten_minutes_and_five_tries(tries, later, why):
    digits = phone_codes.digits(phone_codes.ask(PHONE, at=MONDAY_NOON))
    for _ in range(tries):
        assert refusal(phone_codes.check, PHONE, "0", at=MONDAY_NOON) == "wrong_code"
    assert refusal(phone_codes.check, PHONE, digits, at=MONDAY_NOON + later) == why


@pytest.mark.parametrize("zero", ["0", "０", "٠", "۰"])
def test_a_code_may_be_typed_in_the_digits_of_ones_own_keyboard(zero):
    digits = phone_codes.digits(phone_codes.ask(PHONE, at=MONDAY_NOON))
    typed = "".join(chr(ord(zero) + int(digit)) for digit in digits)
    assert refusal(phone_codes.check, PHONE, typed[::-1] + "٣", at=MONDAY_NOON) == "wrong_code"
    assert refusal(phone_codes.check, PHONE, f" {typed[:3]} {typed[3:]}", at=MONDAY_NOON) == ""


def test_a_code_for_one_matter_opens_no_other_and_not_the_list_of_the_number():
    one, other = a_grievance(phone=PHONE), a_grievance(phone=PHONE)
    digits = phone_codes.digits(phone_codes.ask(PHONE, grievance=one, at=MONDAY_NOON))
    assert refusal(phone_codes.check, PHONE, digits, grievance=other, at=MONDAY_NOON) == "wrong_code"
    assert refusal(phone_codes.check, PHONE, digits, at=MONDAY_NOON) == "wrong_code"
    assert refusal(phone_codes.check, PHONE, digits, grievance=one, at=MONDAY_NOON) == ""


def refusal(act, *given, **facts):
    """The code of the refusal, empty where it went through."""
    try:
        act(*given, **facts)
    except Refused as no:
        return no.code
    return ""


def test_an_address_that_asks_for_many_numbers_is_slowed_down(client, settings):
    settings.INTAKE_THROTTLE = "3/hour"
    with travel(MONDAY_NOON):
        answers = [client.post("/find/", {"phone": f"1381234567{n}"}).status_code for n in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert SmsCode.objects.count() == 3


# --- 查询码 ---


def test_a_receipt_is_looked_up_by_its_hash_and_a_wrong_one_gets_one_answer(client):
    grievance = a_grievance()
    near = grievance.receipt[:-1] + ("A" if grievance.receipt[-1] != "A" else "B")
    answers = {shown(client.get(f"/r/{receipt}/")) for receipt in (near, "A" * 22, grievance.number, "x")}
    assert len(answers) == 1
    with CountedQueries() as counted:
        client.get(f"/r/{near}/")
    # The database compares hashes: how much of a guess is right takes no longer to be told
    assert all(grievance.receipt not in str(sql) for sql in counted.statements)
    assert 'receipt_hash" = ' in counted.statements[-1]
    assert Case.objects.get().grievances.get().receipt_hash not in "".join(answers)


def test_nobody_withdraws_by_the_action_what_is_not_there(client):
    assert client.post("/r/AAAAAAAAAAAAAAAAAAAAAA/", {"action": "withdraw"}).status_code == 404
    assert client.get("/r/AAAAAAAAAAAAAAAAAAAAAA/verify/").status_code == 404
    assert intake.may_be_withdrawn(a_grievance())


# --- 号码先验证 ---


def test_nothing_but_the_code_is_texted_to_a_number_before_it_is_verified(client, own_files):
    grievance, _ = reported(client, phone=PHONE)
    assert "进展要不要发短信给您" in shown(client.get(f"{page_of(grievance)}?new=1"))
    assert sweeps.deliver(at=MONDAY_10AM) == 0
    with travel(MONDAY_NOON):
        client.post(f"{page_of(grievance)}verify/")
        code, sent = texted(own_files, MONDAY_NOON)
        assert sent == len((own_files / "outbox.log").read_text().splitlines()) == 1
        client.post(f"{page_of(grievance)}verify/", {"code": code})
    assert sweeps.deliver(at=MONDAY_NOON) == 1
    assert '"received"' in (own_files / "outbox.log").read_text()
    assert "进展要不要发短信给您" not in shown(client.get(page_of(grievance)))


def test_what_waited_a_day_is_given_up_and_says_why(client):
    reported(client, phone=PHONE)
    day = timedelta(days=1)
    assert sweeps.lapse(at=MONDAY_10AM + day - MINUTE) == 0
    assert [sweeps.lapse(at=MONDAY_10AM + day), sweeps.lapse(at=MONDAY_10AM + day)] == [1, 0]
    phone_codes.verified(Grievance.objects.all(), at=MONDAY_10AM + day)
    assert sweeps.deliver(at=MONDAY_10AM + day) == 0
    row = Notice.objects.get()
    assert (row.sent_at, row.lapsed_at, row.failure) == (None, MONDAY_10AM + day, sweeps.UNVERIFIED)


def test_where_numbers_need_no_code_they_are_texted_at_once(client, settings):
    settings.VERIFY_NUMBERS = False
    grievance, _ = reported(client, phone=PHONE)
    assert "进展要不要发短信给您" not in shown(client.get(page_of(grievance)))
    assert sweeps.lapse(at=MONDAY_10AM + timedelta(days=2)) == 0
    assert sweeps.deliver(at=MONDAY_10AM) == 1
