"""公文: who gets which paper, what stands on it, what never does, and what is kept of an issued one."""

import io
import zipfile
from hashlib import sha256

import pytest
from django.conf import settings
from docx import Document

from dispatch.actions import issuing
from dispatch.models import IssuedPaper, Letter
from dispatch.papers import sheets
from dispatch.papers.forms import FORMS, balanced, form_of
from dispatch.papers.layouts import SHEETS, TEXTS
from dispatch.papers.letters import RELATED, letter_facts
from dispatch.papers.render import printable, render, version_of
from grievance.casework import Refused
from grievance.models import Complainant
from street.models import Organisation
from tests.dispatch.paperwork import NOW, PHONE, a_completed_order, a_letter, an_order, every_paper, signed
from tests.dispatch.scene import a_street

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_apart(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PAPER_DIR = tmp_path / "letters"


@pytest.fixture
def scene():
    return a_street()


def parts_of(content):
    """Every XML part of a DOCX, as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as made:
        return {name: made.read(name).decode() for name in made.namelist() if name.endswith(".xml")}


def words_of(content):
    """All that can be read in a DOCX: body, tables, heads and feet."""
    made = Document(io.BytesIO(content))
    section = made.sections[0]
    rooms = [made.element.body, section.first_page_header._element, section.footer._element]
    return "\n".join("".join(part.itertext()) for room in rooms for part in room.iter() if part.tag.endswith("}p"))


def paper(letter):
    """The words of a letter's DOCX."""
    facts = letter_facts(letter)
    return words_of(render(facts["template"], facts))


# --- the paper follows the relation --------------------------------------------------------------


def test_every_kind_has_a_form_for_every_relation():
    assert {(kind, relation) for kind in Letter.Kind for relation in Organisation.Relation} == {
        (kind, relation) for kind, row in FORMS.items() for relation in row
    }


@pytest.mark.parametrize(
    ("relation", "noun"),
    [("subordinate", "督办单"), ("dispatched", "函"), ("district", "函"), ("vertical", "函"), ("outside", "告知函")],
)
def test_supervision_goes_out_in_the_form_of_the_relation(scene, relation, noun):
    scene.luxi.relation = relation
    letter = a_letter(an_order(scene), to=scene.luxi)
    assert form_of(letter).noun == noun
    assert "".join(letter_facts(letter)["title_lines"]).endswith(f"的{noun}")


def test_company_gets_a_notice_that_its_supervisor_has_a_copy_of(scene):
    scene.company.supervisor = scene.heat
    text = paper(a_letter(an_order(scene), to=scene.company))
    assert "抄送：heat。" in text and "特此告知。" in text


def test_station_gets_a_letter_without_copies(scene):
    text = paper(a_letter(an_order(scene), to=scene.sifasuo))
    assert "特此函告。" in text and "抄送" not in text


def test_proposal_goes_up_to_the_committee_and_names_who_signs(scene):
    letter = signed(scene, a_letter(an_order(scene), "listing_proposal", to=scene.street.parent))
    text = paper(letter)
    assert "中共沙依巴克区骑马山街道工作委员会" in text and "中共city沙依巴克区委员会：" in text
    assert "签发人：secretary" in text and "沙骑街请〔2023〕1号" in text


# --- what stands on a paper ----------------------------------------------------------------------


def test_every_paper_can_be_set_and_none_leaves_a_mark_of_the_template(scene):
    papers = every_paper(scene)
    assert {template for template, _ in papers.values()} >= {
        *SHEETS,
        *TEXTS,
        "supervise",
        "letter",
        "report",
        "listing",
        "unlisting",
    }
    for name, (template, facts) in papers.items():
        text = words_of(render(template, facts)).replace("{{ 7*7 }}", "")
        assert "{{" not in text and "{%" not in text, name


def test_order_prints_its_limits_frozen_at_dispatch(scene):
    order = an_order(scene)
    text = words_of(render("order", sheets.order_facts(order)))
    for what in (
        order.number,
        "2023年3月14日 15:50",
        "2023年3月15日 19:30",
        "2023年3月21日 19:30",
        "职责清单：物业纠纷调解",
        "dispatcher",
    ):
        assert what in text


def test_fields_of_a_sheet_are_all_there(scene):
    for name, (template, facts) in every_paper(scene).items():
        fields = {field for row in SHEETS[template].rows for _, field in row} if template in SHEETS else set()
        assert fields <= set(facts), name


def test_supervision_names_matter_reason_limit_and_leaves_room_to_sign_for_it(scene):
    order = an_order(scene)
    text = paper(signed(scene, a_letter(order)))
    for what in (
        "沙骑街督〔2023〕1号",
        order.number,
        "办结已超期。",
        "督办要求",
        "办理期限",
        "2023年3月21日 19:30",
        "签收人",
        "反馈情况",
        "附件：1. 派工单",
        "2. 督办事项签收反馈单",
    ):
        assert what in text


def test_title_is_place_and_category_unless_a_person_wrote_another(scene):
    letter = a_letter(an_order(scene))
    assert letter_facts(letter)["title"] == "关于luxi损害赔偿事项的督办单"
    letter.subject = "关于清除冰柱的紧急督办单"
    assert letter_facts(letter)["title"] == letter.subject


def test_draft_says_that_it_is_one(scene):
    text = paper(a_letter(an_order(scene)))
    assert "（草稿，未签发）" in text and "（待编号）" in text


def test_seal_is_room_and_never_a_picture(scene):
    for name, (template, facts) in every_paper(scene).items():
        parts = zipfile.ZipFile(io.BytesIO(render(template, facts))).namelist()
        assert not [part for part in parts if "media" in part], name
    assert "（盖章）" in paper(a_letter(an_order(scene)))


def test_extension_says_what_was_asked_done_and_decided(scene):
    facts = sheets.extension_facts(a_completed_order(scene).extensions.get())
    assert facts["days"] == "3个工作日" and facts["new_due"] == "2023年3月24日 19:30" and facts["opinion"] == "同意。情况属实。"
    assert "已到场查看" in facts["done"] and PHONE not in facts["done"]


def test_late_completion_is_called_late(scene):
    order = a_completed_order(scene)
    assert sheets.completion_facts(order)["in_time"] == "按期"
    order.completed_at = order.due_at.replace(hour=23)
    assert sheets.completion_facts(order)["in_time"] == "超期"


def test_title_is_set_in_lines_of_one_length_without_a_mark_at_their_head():
    lines = balanced("关于儿童村社区三号楼供热管道漏水、长期无人维修，影响一百二十户居民冬季取暖的督办单")
    assert len(lines) == 3 and max(map(len, lines)) - min(map(len, lines)) <= 2
    assert balanced("督办单") == ["督办单"]
    assert balanced("关于骑马山路西社区损害赔偿事项的书记督办单", ["骑马山路西社区", "损害赔偿"]) == [
        "关于骑马山路西社区", "损害赔偿事项的书记督办单",
    ]  # fmt: skip
    assert not [line for line in balanced("关于路灯不亮、井盖破损、垃圾不清、停水三日、暖气不热的提醒函") if line[0] in "、，"]


# --- what a stranger wrote stays text ------------------------------------------------------------


def test_braces_and_tags_of_a_resident_stay_text(scene):
    text = words_of(render("order", sheets.order_facts(an_order(scene))))
    assert "{{ 7*7 }}" in text and "<b>找物业</b>" in text and "& 尽快" in text and "赔偿 49" not in text


def test_control_characters_do_not_break_the_file(scene):
    facts = sheets.order_facts(an_order(scene)) | {"content": "一\x0b二\x07三\f四\n五\ufffe 😀"}
    assert "一二三四" in words_of(render("order", facts))
    assert printable(["a\x00b"]) == ["ab"]


def test_template_runs_no_programs(scene, settings):
    edited(settings, "order", "{{ order_number }}", "{{ order_number.__class__.__mro__ }}")
    with pytest.raises(Refused) as refusal:
        render("order", sheets.order_facts(an_order(scene)))
    assert refusal.value.code == "template_broken"


# --- who spoke -----------------------------------------------------------------------------------


def test_unit_reads_a_masked_name_and_number(scene):
    text = words_of(render("order", sheets.order_facts(an_order(scene))))
    assert "刘** 138****1111" in text and PHONE not in text


def test_unit_reads_no_name_where_confidence_was_asked(scene):
    order = an_order(scene)
    Complainant.objects.update(confidential=True)
    text = words_of(render("order", sheets.order_facts(order)))
    assert "诉求人要求保密" in text and "刘" not in text and PHONE not in text


@pytest.mark.parametrize("kind", Letter.Kind.values)
def test_company_never_reads_name_or_number_in_a_letter(scene, kind):
    order = an_order(scene)
    letter = a_letter(order, kind, to=scene.company, body=f"刘先生（{PHONE}）反映的事项请处理。")
    text = paper(letter)
    assert "刘先生" not in text and PHONE not in text and "1111" not in text and "138" not in text


def test_company_never_reads_name_or_number_in_its_orders(scene):
    order = an_order(scene, assistants=[scene.company]).case.orders.get(handler=scene.company)
    order.accepted_by, order.completed_at = scene.people["luxi"], NOW
    for template, facts in (("order", sheets.order_facts(order)), ("completion", sheets.completion_facts(order))):
        text = words_of(render(template, facts))
        assert "刘先生" not in text and "刘**" not in text and "1111" not in text


# --- kept as issued ------------------------------------------------------------------------------


def test_signature_fixes_the_paper_and_the_file_follows_the_commit(scene, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        letter = signed(scene, a_letter(an_order(scene)))
    kept = IssuedPaper.objects.get(letter=letter)
    content = kept.file.read()
    assert sha256(content).hexdigest() == kept.sha256 and kept.template == version_of("supervise") and kept.made_at == NOW
    assert letter.number in words_of(content)


def test_second_render_of_an_issued_paper_is_the_kept_file(scene):
    kept = issuing.make(signed(scene, a_letter(an_order(scene))).paper, at=NOW)
    assert render(kept.facts["template"], kept.facts) == kept.file.read()


def test_kept_paper_does_not_change_with_its_template_or_its_matter(scene, settings):
    kept = issuing.make(signed(scene, a_letter(an_order(scene))).paper, at=NOW)
    before = kept.file.read()
    edited(settings, "supervise", "督办事由", "缘由")
    kept.letter.case.title = "改过的标题"
    kept.letter.case.save()
    again = issuing.make(IssuedPaper.objects.get(), at=NOW)
    assert (again.sha256, again.file.read()) == (kept.sha256, before)


def test_broken_template_fails_no_signature_and_is_made_good_later(scene, settings, django_capture_on_commit_callbacks):
    own = edited(settings, "supervise", "{{ case_number }}", "{{ nonsense }}")
    with django_capture_on_commit_callbacks(execute=True):
        letter = signed(scene, a_letter(an_order(scene)))
    assert letter.number and IssuedPaper.objects.unmade().count() == 1
    assert issuing.make_missing(at=NOW) == 0
    own.unlink()
    assert issuing.make_missing(at=NOW) == 1
    assert letter.number in words_of(IssuedPaper.objects.get().file.read())


def test_signature_reads_for_the_paper_a_fixed_number_of_times(scene, django_assert_num_queries):
    letter = signed(scene, a_letter(an_order(scene)))
    IssuedPaper.objects.all().delete()
    with django_assert_num_queries(5):  # the letter with its matter, who spoke, the orders, the row, its archive's beginning
        issuing.fix(letter, at=NOW)


def test_letter_and_its_relations_cost_two_queries_more(scene, django_assert_num_queries):
    letter = Letter.objects.select_related(*RELATED).get(pk=a_letter(an_order(scene)).pk)
    with django_assert_num_queries(2):  # who spoke, the orders
        letter_facts(letter)


# --- fonts and the office's own templates --------------------------------------------------------


def test_fonts_are_those_of_the_machine(scene):
    facts = letter_facts(a_letter(an_order(scene)))
    styles = parts_of(render(facts["template"], facts))["word/styles.xml"]
    assert "Noto Serif CJK SC" in styles and "仿宋_GB2312" not in styles


def test_office_with_the_standard_fonts_gets_them(scene, settings):
    settings.PAPER_FONTS = {}
    facts = letter_facts(a_letter(an_order(scene)))
    styles = parts_of(render(facts["template"], facts))["word/styles.xml"]
    assert "仿宋_GB2312" in styles and "方正小标宋简体" in styles and "Noto" not in styles


def test_offices_own_template_is_taken_and_told_by_its_digest(scene, settings):
    shipped = version_of("order")
    edited(settings, "order", "派工单", "交办单")
    assert version_of("order") != shipped
    assert "交办单" in words_of(render("order", sheets.order_facts(an_order(scene))))


def test_templates_are_what_the_script_makes():
    made = {path.stem for path in (settings.BASE_DIR / "templates" / "letters").glob("*.docx")}
    petitions = {"petition_notice", "petition_opinion"}
    assert made == {*SHEETS, *TEXTS, *petitions, "supervise", "letter", "report", "listing", "unlisting", "report_of_period"}


@pytest.mark.parametrize("name", ["supervise", "letter", "report", "listing", "unlisting", "report_of_period", *SHEETS, *TEXTS])
def test_template_is_a4_with_page_numbers(name):
    made = Document(settings.BASE_DIR / "templates" / "letters" / f"{name}.docx")
    section = made.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert "PAGE" in "".join(section.footer._element.itertext())
    assert (round(section.left_margin.mm), round(section.right_margin.mm)) == (28, 26)


def edited(settings, name, was, becomes):
    """The office's own copy of a template, with some words changed."""
    settings.PAPER_DIR.mkdir(exist_ok=True)
    own = settings.PAPER_DIR / f"{name}.docx"
    shipped = settings.BASE_DIR / "templates" / "letters" / f"{name}.docx"
    with zipfile.ZipFile(shipped) as source, zipfile.ZipFile(own, "w") as copy:
        for part in source.namelist():
            content = source.read(part)
            if part == "word/document.xml":
                assert was in content.decode()
                content = content.decode().replace(was, becomes).encode()
            copy.writestr(part, content)
    return own
