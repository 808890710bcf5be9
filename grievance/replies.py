"""答复模板的占位: what a template may leave open, and how a case fills it. What stays open is marked, and is not sent while
it is."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from grievance.casework import beijing
from grievance.models import ReplyTemplate

HOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
TO_FILL = "【请填写{}】"
OPEN = re.compile(r"\{\{|\}\}|【请填写")
MOST = 1000
ASKED_MOST = 300
"""Characters: of a template, and of one that asks (a question is no longer than that)."""


def _number(case, at):
    standing = [row for row in case.grievances.all() if row.withdrawn_at is None]
    return standing[0].number if len(standing) == 1 else case.number


def _day(at):
    local = timezone.localtime(at)
    return f"{local.month}月{local.day}日"


def _unit(name):
    return lambda case, at: getattr(case.promised_by, name) if case.promised_by else ""


HOLDERS = {
    "编号": (_number, "S261123-7K2QM"),
    "办理单位": (_unit("name"), "骑马山路西社区"),
    "单位电话": (_unit("phone"), "0991-5550001"),
    "期限": (lambda case, at: beijing(case.promised_at) if case.promised_at else "", "2026年11月30日 19:30"),
    "社区": (lambda case, at: case.place.community.name if case.place else "", "路西社区"),
    "街道": (lambda case, at: case.street.name, "骑马山街道"),
    "地点": (lambda case, at: case.place.full_name if case.place else "", "育红苑小区3号楼"),
    "类别": (lambda case, at: case.category.public_name or case.category.name if case.category else "", "室温不达标"),
    "办公电话": (lambda case, at: case.street.phone or settings.OFFICE_PHONE, "0991-5551234"),
    "上报日期": (lambda case, at: _day(case.submitted_at), "11月23日"),
    "今天": (lambda case, at: _day(at), "11月24日"),
}
"""占位: its name, how it is read off a case, and an example. Nothing of the person who spoke: others may read the same words."""


def problem(text, use):
    """What is wrong with a template, as a sentence; empty where nothing is."""
    if not text.strip():
        return "模板没有内容，请写好再保存。"
    most = ASKED_MOST if use == ReplyTemplate.Use.ASK else MOST
    if len(text) > most:
        return f"模板有 {len(text)} 个字，最多 {most} 个字，请改短。"
    unknown = next((name for name in HOLDER.findall(text) if name not in HOLDERS), None)
    if unknown is not None:
        return f"没有“{{{{{unknown}}}}}”这个占位，可用：{'、'.join(HOLDERS)}。"
    rest = HOLDER.sub("", text)
    if OPEN.search(rest):
        return "占位的括号没有成对，请写成 {{办理单位}} 这样。"
    return ""


def filled(text, case, at):
    """填好的: the words for this case; what it does not know stays open, in a way that cannot be overlooked or sent."""
    return HOLDER.sub(lambda found: HOLDERS[found[1]][0](case, at) or TO_FILL.format(found[1]), text)


def example(text):
    """样子: with the examples, for the page on which templates are edited."""
    return HOLDER.sub(lambda found: HOLDERS[found[1]][1], text)


def refuse_open(text):
    """A validator of what people write: ValidationError while a place is still open."""
    if OPEN.search(text):
        raise ValidationError("还有没填的地方（【请填写…】或 {{…}}），请填好或删去再提交。", code="open")
