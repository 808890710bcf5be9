"""公文模板的样稿: which fields a template may name, and made-up facts to set in it: an edited one is tried before it is used."""

import io
import zipfile

from django.conf import settings
from docxtpl import DocxTemplate
from jinja2 import Environment, TemplateError

from dispatch.papers import period_report
from dispatch.papers.layouts import SHEETS, TEXTS

LETTERS = {
    "letter": "提醒函、函、告知函", "supervise": "督办单", "report": "提请挂牌督办报告", "listing": "挂牌督办通知书",
    "unlisting": "解除挂牌督办通知书", "petition_notice": "信访事项告知书", "petition_opinion": "信访事项处理意见书",
}  # fmt: skip
NAMES = {
    **LETTERS,
    **{name: sheet.title for name, sheet in SHEETS.items()},
    **{name: text.title for name, text in TEXTS.items()},
    period_report.NAME: "日报、周报、月报、年报",
}
"""每个模板叫什么, by the name of its file."""

LISTS = {
    "paragraphs": ["样例正文第一段：请按职责抓紧办理。", "样例正文第二段。"], "title_lines": ["关于样例事项的", "公文"],
    **{f"said_{key}": ["样例文字。"] for key in period_report.SECTIONS},
    **{f"rows_{key}": [[label for label, _ in table.columns]] for key, table in period_report.TABLES.items()},
    "copies": ["样例抄送单位"], "attachments": ["派工单（样例）"], "course": ["样例经过：派样例单位主办。"],
}  # fmt: skip
OF_LETTERS = frozenset({
    "template", "noun", "organ", "number", "draft", "title", "title_lines", "to", "paragraphs", "closing", "signer", "date",
    "copies", "phone", "case_number", "matter", "reporters", "households", "category", "place", "submitted", "order_number",
    "handler", "reason", "demand", "due", "outcome", "course", "leads", "assists", "attachments", "petition_number",
})  # fmt: skip
"""What `letter_facts` gives to every letter."""


LARGEST_UNPACKED = 20 * 1024 * 1024
"""Bytes of all parts together."""


COMMON = {
    "organ": "发文机关", "number": "文号", "to": "主送单位", "date": "成文日期", "signer": "签发人", "copies": "抄送单位",
    "phone": "联系电话", "paragraphs": "正文各段", "title": "标题", "title_lines": "标题各行", "attachments": "附件",
    "closing": "结语",
    "draft": "是否草稿", "noun": "文种", "template": "模板", "matter": "事项", "reporters": "诉求人数", "households": "涉及户数",
    "course": "办理经过", "leads": "主办单位", "assists": "协办单位", "outcome": "办理结果", "petition_number": "信访编号",
    "due": "办结时限", "demand": "办理要求", "reason": "事由", "unit": "单位", "file_number": "案号", "path": "应走的途径",
    "foot": "口径说明",
    **{f"said_{key}": section.heading for key, section in period_report.SECTIONS.items()},
    **{f"rows_{key}": f"{table.title}各行" for key, table in period_report.TABLES.items()},
}  # fmt: skip
"""各种公文共有的字段."""


class Broken(Exception):
    """模板有误: why, in a sentence for whoever made it."""


def fields_of(name):
    """可用的字段 of a template: those of the shipped one, and for a letter all that letters know."""
    shipped = (settings.BASE_DIR / "templates" / "letters" / f"{name}.docx").read_bytes()
    return named_in(shipped) | (OF_LETTERS if name in LETTERS else frozenset())


def named_in(content):
    """用到的字段 of a DOCX. Broken where it cannot be opened or its marks cannot be read."""
    try:
        _refuse_swollen(content)
        template = DocxTemplate(io.BytesIO(content))
        template.init_docx()
        return frozenset(template.get_undeclared_template_variables(Environment(autoescape=True)))
    except TemplateError as error:
        raise Broken(f"模板里的标记写错了：{error}。标记要写成 {{{{ 字段 }}}}，成对出现。") from error
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise Broken("打不开这个文件：请上传 Word 2007 以后的 .docx 文件。") from error


def _refuse_swollen(content):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
            raise Broken("模板解开后过大，请去掉里面的大图片。")


def refuse_unknown(name, content):
    """Broken where a template names what no paper of that kind has: it would go out with a gap, or not at all."""
    known = fields_of(name)
    unknown = sorted(named_in(content) - known)
    if unknown:
        raise Broken(f"模板里有不认识的字段：{'、'.join(unknown)}。这种公文可用的字段：{'、'.join(sorted(known))}。")


def sample_of(name):
    """样例内容: every field filled with a word that says what it is."""
    facts = {field: LISTS.get(field, f"（{label}）") for field, label in labels_of(name).items()}
    return facts | ({"draft": False} if "draft" in facts else {})


def labels_of(name):
    """字段的意思 of a template, as its own sheet words them, else as others do: {field: label}."""
    everywhere = {field: label for sheet in SHEETS.values() for row in sheet.rows for label, field in row}
    own = {field: label for row in SHEETS[name].rows for label, field in row} if name in SHEETS else {}
    texts = {field: label for label, field in TEXTS[name].blocks} if name in TEXTS else {}
    known = {**everywhere, **COMMON, **own, **texts}
    return {field: known.get(field, field) for field in sorted(fields_of(name))}
