"""辅助文字: a language stands beside the Chinese, comes out of a table, and is seen by nobody before it may be."""

import pytest
from django.core.management import call_command
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, RequestFactory

from street import wording, wording_file
from street.datafile import DataFileError
from street.loading.wording import load
from street.models import Language, Organisation, Role, Wording
from street.wording import Helper, Reader
from tests.builders import MONDAY_10AM, a_person, a_street
from tests.clock import travel
from tests.street import spoken

ENGLISH, UYGHUR = (wording_file.SHIPPED / f"{code}.toml" for code in ("en", "ug"))
# What the switch itself says, the title that the street's name follows, the months in a list to choose from
SAID_IN_CHINESE_ALONE = {"中文", "译文仅供参考，以中文为准。", "说事直通车 ·", "年月"}
SEND = '<span class="helper" lang="en" dir="ltr">Send</span>'


@pytest.fixture(scope="module")
def english():
    return wording_file.read(ENGLISH).rows


# --- nothing is forgotten ------------------------------------------------------------------------


def test_every_sentence_of_a_residents_page_can_be_said_in_english(english):
    outside = {page: set(spoken.unsaid_on(page)) - SAID_IN_CHINESE_ALONE for page in spoken.pages()}
    assert {page: left for page, left in outside.items() if left} == {}, "stands outside {% say %}"
    missing = {page: spoken.without(english, spoken.said_on(page)) for page in spoken.pages()}
    assert {page: left for page, left in missing.items() if left} == {}, "no row in street/data/wording/en.toml"


def test_every_refusal_a_resident_may_meet_can_be_said_in_english(english):
    missing = {module: spoken.without(english, spoken.refusals_in(module)) for module in spoken.REFUSING}
    assert {module: left for module, left in missing.items() if left} == {}


def test_every_line_of_news_can_be_said_in_english(english):
    assert spoken.without(english, spoken.news()) == []


def test_every_word_a_script_puts_on_a_page_can_be_said_in_english(english):
    assert spoken.without([row for row, (_, part) in english.items() if part == "script"], spoken.said_by_scripts()) == []


def test_uyghur_comes_unreviewed_and_shut():
    words = wording_file.read(UYGHUR)
    assert (words.language["on"], words.language["needs_approval"], words.language["direction"]) == (False, True, "rtl")
    assert 30 <= len(words.rows) <= 60


# --- how a sentence is found ---------------------------------------------------------------------


@pytest.fixture
def helper():
    helper = Helper("en", "English", "ltr", "")
    for source, text in {
        "发送": "Send", "内容": "Text", "北京时间": "Beijing time", "请打 {phone}。": "Call {phone}.",
        "{noun}最多 {most} 个字。": "{noun}: at most {most}.", "{unit}已受理。": "{unit} has it.",
    }.items():  # fmt: skip
        helper.learn(source, text, "page")
    return helper


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("发送", "Send"),
        ("内容最多 9 个字。", "Text: at most 9."),
        ("暖城供热已受理。", "暖城供热 has it."),
        ("没有这一句。", ""),
        ("长" * 700 + "已受理。", ""),
    ],
)
def test_a_sentence_is_known_whole_or_by_its_form(helper, sentence, text):
    assert helper.text(sentence) == text


def test_a_value_is_known_by_its_place_whatever_the_page_calls_it(helper):
    helper.learn("编号 {report}", "Number {report}", "page")
    assert helper.text("编号 {grievance}", {"grievance": "S261123"}) == "Number S261123"


def test_moments_inside_lose_their_chinese(helper):
    assert helper.text("请打 {phone}。", {"phone": "2023年3月1日 19:30（北京时间）"}) == "Call 2023-03-01 19:30 (Beijing time)."


def drawn(source, helper=None, **values):
    request = RequestFactory().get("/")
    request.reader = Reader({})
    request.reader.helper = helper
    return Template("{% load wording %}" + source).render(Context({"request": request, **values}))


def test_the_chinese_is_always_there_and_comes_first(helper):
    assert drawn('{% say "发送" %}') == "发送"
    assert drawn('{% say "发送" %}', helper) == f"发送 {SEND}"
    assert drawn('{% say "没有这一句" %}', helper) == "没有这一句"
    assert drawn('{% plain "发送" %}', helper) == "发送 · Send"


def test_a_sentence_keeps_its_elements_and_the_text_beside_it_has_none(helper):
    source = '{% says %}请打 <a href="tel:{{ phone }}">{{ phone }}</a>。{% endsays %}'
    beside = ' <span class="helper" lang="en" dir="ltr">Call 119.</span>'
    assert drawn(source, helper, phone="119") == f'请打 <a href="tel:119">119</a>。{beside}'


def test_nothing_typed_becomes_markup(helper):
    typed = "<script>alert(1)</script>"
    for source in (
        "{% say typed %}",
        "{% says %}请打 {{ typed }}。{% endsays %}",
        '{% say "{noun}最多 {most} 个字。" noun=typed %}',
    ):
        assert "<script>" not in drawn(source, helper, typed=typed)
    assert "<script>" not in drawn("{% say typed %}", helper, typed=f"{typed}已受理。")


def test_a_sentence_with_a_condition_inside_is_refused_when_the_page_is_written():
    with pytest.raises(TemplateSyntaxError, match="分开写"):
        Template("{% load wording %}{% says %}请打{% if phone %}电话{% endif %}{% endsays %}")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('[page]\n"甲" = ""', "不能为空"),
        ('[page]\n"甲" = "A"\n[server]\n"甲" = "B"', "写了两次"),
        ('[page]\n"甲" = "{what}"', "没有 {what}"),
        ('[pages]\n"甲" = "A"', "不认识的表"),
    ],
)
def test_a_file_with_a_mistake_is_answered_with_its_line(tmp_path, wrong, why):
    path = tmp_path / "en.toml"
    path.write_text(f'[language]\ncode = "en"\nname = "English"\n{wrong}\n')
    with pytest.raises(DataFileError, match=why):
        wording_file.read(path)


# --- what a reader sees --------------------------------------------------------------------------


@pytest.fixture
def loaded(db):
    call_command("load_wording", verbosity=0)
    wording.forget()


@pytest.fixture
def phone():
    return Client()


def privacy(phone):
    return phone.get("/privacy/").content.decode()


def chooses(phone, **what):
    return phone.post("/reading/", {"next": "/privacy/", **what})


def test_switch_offers_english_and_keeps_uyghur_back_until_it_is_approved(loaded, phone):
    page = privacy(phone)
    assert ">English</button>" in page and "ئۇيغۇرچە" not in page
    assert 'class="helper"' not in page
    chooses(phone, language="ug")
    assert 'lang="ug"' not in privacy(phone)
    # The language alone is not enough: every row waits for its own approval
    Language.objects.filter(code="ug").update(on=True)
    wording.forget()
    chooses(phone, language="ug")
    assert 'dir="rtl"' in privacy(phone) and 'class="helper"' not in privacy(phone)
    Wording.objects.filter(language__code="ug", source="首页").update(on=True)
    wording.forget()
    assert 'class="helper"' not in phone.get("/nowhere/").content.decode()
    keeper = a_person(Role.SYSTEM_ADMIN, a_street())
    Wording.objects.filter(language__code="ug").update(on=True, approved_by=keeper, approved_at=MONDAY_10AM)
    wording.forget()
    assert '<span class="helper" lang="ug" dir="rtl">باش بەت</span>' in phone.get("/nowhere/").content.decode()


def test_choice_is_kept_on_the_phone_alone_and_leads_nowhere_else(loaded, phone):
    answer = chooses(phone, language="en")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/privacy/")
    cookie = answer.cookies["language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")
    page = phone.get("/privacy/")
    assert "Translation for reference only" in page.text and "译文仅供参考" in page.text
    assert "Cookie" in page.headers["Vary"]
    chooses(phone, elder="1")
    assert '<html lang="zh-Hans" class="elder"' in privacy(phone)
    chooses(phone, elder="0", language="")
    page = privacy(phone)
    assert 'class="elder"' not in page and 'class="helper"' not in page
    for elsewhere in ("//evil.example/", "https://evil.example/", "javascript:alert(1)", ""):
        assert phone.post("/reading/", {"next": elsewhere}).headers["Location"] == "/"
    assert phone.get("/reading/").status_code == 405


def test_two_statements_every_half_minute_and_none_in_between(loaded, phone, django_assert_num_queries):
    phone.cookies["language"] = "en"
    with django_assert_num_queries(2 + 1):
        privacy(phone)
    with django_assert_num_queries(1):
        privacy(phone)


def test_who_keeps_every_streets_settings_changes_the_page_and_nobody_else(loaded, phone):
    with travel(MONDAY_10AM):
        street = a_street()
        keeper, caller = Client(), Client()
        keeper.force_login(a_person(Role.SYSTEM_ADMIN, street, is_staff=True))
        caller.force_login(a_person(Role.CALLER, street, is_staff=True))
        chooses(phone, language="en")
        row = Wording.objects.get(language__code="en", source="谁能看到")
        assert "Who can see it" in privacy(phone)
        path = f"/admin/street/wording/{row.pk}/change/"
        assert caller.post(path, {"text": "Taken over", "on": "on"}).status_code == 403
        assert keeper.post(path, {"text": "Who may see it", "on": "on"}).status_code == 302
        assert "Who may see it" in privacy(phone) and "Who can see it" not in privacy(phone)
        # Shipped wording does not come back over what the office wrote
        load(ENGLISH)
        assert "Who may see it" in privacy(phone)
        keeper.post("/admin/street/wording/", {"action": "switch_off", "_selected_action": [row.pk]})
        assert "Who may see it" not in privacy(phone) and "谁能看到" in privacy(phone)


def test_a_changed_text_loses_its_approval(loaded):
    with travel(MONDAY_10AM):
        keeper = Client()
        keeper.force_login(a_person(Role.SYSTEM_ADMIN, a_street(), is_staff=True))
        row = Wording.objects.get(language__code="ug", source="发送")
        keeper.post("/admin/street/wording/", {"action": "approve", "_selected_action": [row.pk]})
        row.refresh_from_db()
        assert row.on and row.approved_by and row.approved_at == MONDAY_10AM
        keeper.post(f"/admin/street/wording/{row.pk}/change/", {"text": "باشقا", "on": "on"})
        row.refresh_from_db()
        assert (row.text, row.approved_by, row.approved_at) == ("باشقا", None, None)
        Language.objects.filter(code="ug").update(on=True)
        assert not Wording.objects.shown().filter(pk=row.pk).exists()


def test_loading_again_changes_nothing_and_leaves_the_switches_alone(loaded):
    Language.objects.filter(code="en").update(on=False)
    assert load(ENGLISH)[1:] == (0, 0, 0)
    assert not Language.objects.get(code="en").on
    assert not Organisation.objects.exists(), "wording belongs to no street"
