"""政策台: a draft changes nothing until another person issues it; what it would change is shown first; every version stays."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from dispatch import routing
from dispatch.actions import handling, letter_templates, policies
from dispatch.loading.patch import Patch
from dispatch.models import Deadline, LetterTemplate, Policy, PolicyText
from dispatch.papers.render import template_of
from grievance.casework import Refused
from grievance.models import Alert, Category
from street.models import Role
from tests.clock import instant, travel
from tests.desk.phone import a_phone, an_order, text_of
from tests.dispatch.scene import TUESDAY, a_case, organisation, person

pytestmark = pytest.mark.django_db
NOW = instant("2023-03-20 11:00")
DESK = "/desk/policy/street/"


@pytest.fixture(autouse=True)
def on_the_twentieth():
    with travel(NOW):
        yield


def drafted(scene, *, at=NOW, source=None):
    """A draft that the supervisor has opened."""
    return policies.open_draft(None, by=scene.who("supervisor"), at=at, source=source)


def saved(scene, draft, text, *, by="supervisor", at=NOW):
    """The draft as somebody saved it."""
    return policies.save(draft, text, revision=draft.revision, by=scene.who(by), at=at)


def issued(scene, draft, *, at=NOW, start=None, by="street_leader"):
    """The draft as the street's leader issued it."""
    return policies.issue(draft, revision=draft.revision, by=scene.who(by), at=at, start=start, reason="测试文件")


def index_of(patch, table, **values):
    """Where the one row with these values stands."""
    rows = patch.file.tree[table]
    found = [index for index, row in enumerate(rows) if all(row.get(key) == value for key, value in values.items())]
    assert len(found) == 1, (table, values, found)
    return found[0]


def changed(draft, table, key, value, **which):
    """The text of the draft with one value changed."""
    patch = Patch(draft.text)
    patch.put(table, index_of(patch, table, **which), key, value)
    return patch.text


def to_sifasuo(draft):
    """Heating goes to the 司法所, which makes no sense and is easily seen."""
    return changed(draft, "route", "lead", "sifasuo", category="B1")


def lead_of_heating(scene, at=NOW):
    """Who would get a matter of heating."""
    return routing.choose(a_case(scene, category=scene.heating, at=at), at).lead


def test_a_draft_changes_nothing_until_another_person_issues_it(scene):
    draft = saved(scene, drafted(scene), to_sifasuo(drafted_text := PolicyText.objects.drafts().get()))
    assert drafted_text.status == "draft" and draft.problem == ""
    assert lead_of_heating(scene) == scene.heat and Policy.objects.count() == 1
    with pytest.raises(Refused) as refusal:
        issued(scene, draft, by="supervisor")
    assert refusal.value.status == 403 and lead_of_heating(scene) == scene.heat
    text = issued(scene, draft)
    assert lead_of_heating(scene) == scene.sifasuo
    assert (text.number, text.policy.version, text.issued_by) == (2, 2, scene.who("street_leader"))
    assert (
        PolicyText.objects.get(number=1).status == "issued" and scene.policy.routes.get(category=scene.heating).lead == scene.heat
    )
    assert LogEntry.objects.filter(user=text.issued_by, change_message__contains="测试文件").exists()


def test_whoever_has_changed_a_draft_does_not_issue_it(scene):
    draft = saved(scene, drafted(scene), to_sifasuo(PolicyText.objects.drafts().get()), by="street_leader")
    draft = saved(scene, draft, draft.text + "# 又一个人\n")
    with pytest.raises(Refused) as refusal:
        issued(scene, draft)
    assert refusal.value.code == "own_draft"
    assert issued(scene, draft, by="secretary").number == 2


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda patch: patch.drop("limit", index_of(patch, "limit", limit_class="U4", anchor="review")), "“U4”缺少 review"),
        (lambda patch: patch.add("route", {**patch.file.tree["route"][0]}), "重复"),
        (lambda patch: patch.put("limit", 0, "unit", "fortnight"), "没有“fortnight”"),
        (lambda patch: patch.add("alert", {"code": "told", "label": "举报", "words": ["收礼"], "quarantine": True}), "检举控告"),
    ],
)
def test_gaps_conflicts_and_what_guards_reports_are_refused_with_their_line_and_nothing_typed_is_lost(scene, wrong, why):
    draft = drafted(scene)
    patch = Patch(draft.text)
    wrong(patch)
    draft = saved(scene, draft, patch.text)
    assert why in draft.problem and draft.text == patch.text
    assert draft.problem_line or "检举控告" in why
    page = text_of(a_phone(scene.who("supervisor")).get(DESK + "draft/?part=text"))
    assert why.replace("“", "“") in page
    with pytest.raises(Refused) as refusal:
        issued(scene, draft)
    assert refusal.value.code == "policy_incomplete" and Policy.objects.count() == 1 and not Alert.objects.exists()


def test_a_text_that_is_no_toml_is_kept_and_shows_its_line(scene):
    draft = saved(scene, drafted(scene), "[policy]\nname = 没有引号\n")
    assert (draft.problem_line, draft.text) == (2, "[policy]\nname = 没有引号\n")
    page = text_of(a_phone(scene.who("supervisor")).get(DESK + "draft/?part=limits"))
    assert "没有引号" in page and "不是合法的 TOML" in page


def a_month(scene):
    """A dispute done at once, one done on the fourth working day, in time, and a matter of heating."""
    soon, late = an_order(scene), an_order(scene)
    Deadline.objects.update(met_at=TUESDAY + timedelta(minutes=5))
    Deadline.objects.filter(order=late, anchor="completion").update(met_at=instant("2023-03-20 10:30"))
    a_case(scene, category=scene.heating)
    return soon, late


def test_the_preview_counts_what_would_have_gone_elsewhere_and_been_late_and_writes_nothing(scene):
    soon, late = a_month(scene)
    draft = saved(scene, drafted(scene), to_sifasuo(PolicyText.objects.drafts().get()))
    draft = saved(scene, draft, changed(draft, "limit", "amount", Decimal(2), limit_class="U4", anchor="completion"))
    before = [Policy.objects.count(), PolicyText.objects.count(), list(Deadline.objects.values_list("pk", "due_at"))]
    response = a_phone(scene.who("leader")).get(DESK + "preview/")
    found, page = response.context["found"], text_of(response)
    assert (found.cases, [row.case.category.code for row in found.elsewhere]) == (3, ["B1"])
    assert [(row.order, row.turns) for row in found.shifted if row.turns] == [(late, "late")]
    assert soon.case.number not in page.split('id="turned"')[1] and late.case.number in page and "会超期" in page
    draft = saved(scene, draft, changed(draft, "limit", "amount", Decimal(6), limit_class="U4", anchor="completion"))
    found = a_phone(scene.who("leader")).get(DESK + "preview/").context["found"]
    assert (found.late, found.saved) == ([], [])
    assert [Policy.objects.count(), PolicyText.objects.count(), list(Deadline.objects.values_list("pk", "due_at"))] == before
    assert not [row for row in found.moved if row.case.category == scene.damages]


def test_an_administrator_previews_counts_and_no_matter_of_a_resident(scene):
    _, late = a_month(scene)
    draft = drafted(scene)
    saved(scene, draft, changed(draft, "limit", "amount", Decimal(2), limit_class="U4", anchor="completion"))
    page = text_of(a_phone(person("keeper", Role.SYSTEM_ADMIN, scene.street)).get(DESK + "preview/"))
    assert "按期变超期" in page and late.case.number not in page


def test_a_version_of_a_later_day_takes_force_by_the_sweep_and_once(scene):
    order, start = an_order(scene), NOW + timedelta(days=3)
    draft = drafted(scene)
    draft = saved(scene, draft, changed(draft, "limit", "amount", Decimal(1), limit_class="U4", anchor="completion"))
    text = issued(scene, draft, start=start)
    assert (text.status, policies.take_force(at=start - timedelta(seconds=1))) == ("scheduled", 0)
    assert Policy.objects.in_force(scene.street, start) == scene.policy
    assert [policies.take_force(at=start), policies.take_force(at=start)] == [1, 0]
    now = Policy.objects.in_force(scene.street, start)
    assert (now.version, now.effective_from, now.limits.get(limit_class="U4", anchor="completion").amount) == (2, start, 1)
    due = order.due_at
    order.refresh_from_db()
    assert (order.due_at, order.policy) == (due, scene.policy)


def test_a_waiting_version_can_be_withdrawn_and_nothing_is_slipped_in_before_it(scene):
    draft = saved(scene, drafted(scene), to_sifasuo(PolicyText.objects.drafts().get()))
    waiting = issued(scene, draft, start=NOW + timedelta(days=3))
    other = drafted(scene)
    other = saved(scene, other, changed(other, "limit", "amount", Decimal(3), limit_class="U4", anchor="completion"))
    with pytest.raises(Refused) as refusal:
        issued(scene, other)
    assert refusal.value.code == "start_too_early"
    policies.withdraw(waiting, by=scene.who("street_leader"), at=NOW)
    assert policies.take_force(at=NOW + timedelta(days=4)) == 0 and lead_of_heating(scene) == scene.heat


def test_going_back_is_a_new_version_that_says_the_old_thing(scene):
    first = policies.in_force(None, at=NOW)
    draft = saved(scene, drafted(scene), to_sifasuo(PolicyText.objects.drafts().get()))
    patch = Patch(draft.text)
    patch.add("category", {"code": "B9", "name": "新的", "parent": "B1"})
    patch.add("route", {**patch.file.tree["route"][0], "category": "B9", "lead": "sifasuo"})
    issued(scene, saved(scene, draft, patch.text))
    assert Category.objects.get(code="B9").active and lead_of_heating(scene) == scene.sifasuo
    later = NOW + timedelta(hours=1)
    back = issued(scene, drafted(scene, at=later, source=first), at=later)
    assert (back.number, back.reason) == (3, "测试文件")
    assert lead_of_heating(scene, at=later) == scene.heat and not Category.objects.get(code="B9").active


def test_two_people_at_one_draft_lose_nothing(scene):
    draft = drafted(scene)
    one, two = a_phone(scene.who("supervisor")), a_phone(scene.who("leader"))
    typed = {"part": "text", "revision": draft.revision}
    assert one.post(DESK + "draft/", {**typed, "text": to_sifasuo(draft)}).status_code == 302
    mine = changed(draft, "limit", "amount", Decimal(7), limit_class="U4", anchor="completion")
    answer = two.post(DESK + "draft/", {**typed, "text": mine})
    page = text_of(answer)
    assert answer.status_code == 409 and "supervisor于" in page
    assert answer.context["typed"].replace("\r\n", "\n") == mine and page.count("sifasuo") >= 2
    assert PolicyText.objects.drafts().get().text == to_sifasuo(draft)
    assert two.post(DESK + "draft/", {**typed, "revision": answer.context["revision"], "text": mine}).status_code == 302


def test_a_row_is_changed_in_its_own_line_and_in_words(scene):
    draft, browser = drafted(scene), a_phone(scene.who("supervisor"))
    page = browser.get(DESK + "draft/?part=limits")
    line = next(one for one in page.context["tables"][0]["lines"] if one.cells[:2] == ["U4", "办结"])
    assert 'class="p-cell"' in text_of(page)
    typed = {
        "part": "limits",
        "revision": draft.revision,
        f"{line.form.prefix}-amount": "3",
        f"{line.form.prefix}-unit": "working_day",
    }
    assert browser.post(DESK + "draft/", typed).status_code == 302
    now = PolicyText.objects.drafts().get()
    different = [(a, b) for a, b in zip(draft.text.splitlines(), now.text.splitlines(), strict=True) if a != b]
    assert different == [("amount = 5", "amount = 3")]
    compared = text_of(browser.get(DESK + "compare/"))
    assert "时限 U4 办结" in compared and "<del>5 个工作日</del>" in compared and "<ins>3 个工作日</ins>" in compared
    row = index_of(Patch(now.text), "category", code="B1")
    form = browser.get(DESK + f"draft/?part=categories&table=category&row={row}")
    assert "6：室温、暖气" in text_of(form)
    typed = {
        "part": "categories", "table": "category", "row": row, "known": form.context["known"], "revision": now.revision,
        "name": "室温不达标", "public_name": "家里冷", "words": "6：暖气、冰窖\n-2：暖气费", "active": "on",
    }  # fmt: skip
    assert browser.post(DESK + "draft/", typed).status_code == 302
    said = Patch(PolicyText.objects.drafts().get().text).file.tree["category"][row]
    assert (said["public_name"], said["words"]) == ("家里冷", {"6": ["暖气", "冰窖"], "-2": ["暖气费"]})
    assert Category.objects.get(code="B1").words == {"暖气": 6, "室温": 6}


@pytest.mark.parametrize("page", ["", "draft/", "compare/", "preview/"])
def test_only_those_who_may_come_in_and_a_neighbour_finds_nothing(scene, page):
    drafted(scene)
    assert a_phone(person("auditor", Role.AUDITOR, scene.street)).get(DESK + page).status_code == 403
    assert a_phone(scene.who("luxi")).get(DESK + page).status_code == 403
    other = organisation("street2", "street", scene.street.parent)
    assert a_phone(person("next-door", Role.STREET_LEADER, other)).get(DESK + page).status_code == 404


def test_a_dispatcher_reads_and_changes_nothing(scene):
    draft, browser = drafted(scene), a_phone(scene.who("dispatcher"))
    assert "<button" not in text_of(browser.get(DESK)).split("content-main")[1]
    answer = browser.post(DESK + "draft/", {"part": "text", "revision": draft.revision, "text": "[policy]"})
    assert answer.status_code == 403 and PolicyText.objects.drafts().get().text == draft.text
    assert browser.post(DESK, {"do": "issue", "revision": draft.revision, "reason": "我"}).status_code == 403


def test_what_all_streets_share_is_not_one_streets_to_change(scene):
    organisation("street2", "street", scene.street.parent)
    with pytest.raises(Refused) as refusal:
        drafted(scene)
    assert refusal.value.status == 403


def docx(*lines):
    """A DOCX with these lines."""
    made, out = Document(), io.BytesIO()
    for line in lines:
        made.add_paragraph(line)
    made.save(out)
    return out.getvalue()


def test_a_letter_template_is_tried_enabled_by_another_and_gone_back_to(scene):
    browser, shipped = a_phone(scene.who("supervisor")), template_of("chase")
    wrong = SimpleUploadedFile("x.docx", docx("{{ order_number }}，{{ nickname }}"))
    page = browser.post("/desk/letter-templates/chase/", {"file": wrong})
    assert page.status_code == 400 and "不认识的字段：nickname" in text_of(page) and not LetterTemplate.objects.exists()
    good = docx("{{ order_number }}催办")
    browser.post("/desk/letter-templates/chase/", {"file": SimpleUploadedFile("x.docx", good), "note": "简一点"})
    made = LetterTemplate.objects.get(number=2)
    assert template_of("chase") == shipped
    letter_templates.enable(made, by=scene.who("street_leader"), at=NOW)
    assert template_of("chase") == good
    letter_templates.enable(LetterTemplate.objects.get(number=1), by=scene.who("secretary"), at=NOW + timedelta(minutes=1))
    assert template_of("chase") == shipped
    assert a_phone(scene.who("luxi")).get("/desk/letter-templates/").status_code == 403
    with pytest.raises(Refused):
        letter_templates.upload("chase", docx("{{ due"), note="", by=scene.who("supervisor"), at=NOW)


def test_an_order_sent_after_the_issue_is_planned_by_the_new_version(scene):
    draft = drafted(scene)
    issued(scene, saved(scene, draft, changed(draft, "limit", "amount", Decimal(1), limit_class="U4", anchor="completion")))
    order = an_order(scene, at=NOW)
    assert (order.policy.version, order.due_at) == (2, instant("2023-03-21 19:30"))
    assert handling.routing.choose(order.case, NOW).policy == order.policy
