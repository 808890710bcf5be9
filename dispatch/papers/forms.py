"""文种: which paper goes to whom. The paper follows the relation: a table, in this one place.

A subordinate unit gets a 督办单; a dispatched station, a district body or a vertical agency a 函; a company a 告知函 that
its 主管部门 has a copy of (domain, second reading). Rows are proposals where no law knows them."""

import re
from dataclasses import dataclass, replace

from dispatch.models import Letter
from street.models import Organisation

K, R = Letter.Kind, Organisation.Relation
CLOSING = "，。、；：？！”’）》」】"
OFFICE = "{}办事处"
PARTY = "中共{}工作委员会"
DESK = "{}直通车工作专班"
DISTRICT = "中共{}委员会"


@dataclass(frozen=True)
class Form:
    """一种文书: its name, the template it is set in, who issues it, what it asks, whether the 主管部门 has a copy."""

    noun: str
    template: str
    organ: str
    ask: str
    closing: str = ""
    copies_above: bool = False


def _by_relation(own, letter, notice, organ, template):
    """A row of the table: one form each for those below, those beside, and those outside."""
    beside = Form(letter, "letter", organ, "请予支持办理，并将办理情况函复。", "特此函告。")
    below = Form(own, template, organ, "请抓紧办理，并反馈办理情况。", "特此提醒。" if template == "letter" else "")
    outside = Form(notice, "letter", organ, "请依法履行责任，及时处理，并书面告知处理情况。", "特此告知。", copies_above=True)
    return {R.SUBORDINATE: below, R.DISPATCHED: beside, R.DISTRICT: beside, R.VERTICAL: beside, R.OUTSIDE: outside}


_REPORT = Form("提请挂牌督办报告", "report", PARTY, "该事项超出街道权限或影响较大，提请区级挂牌督办。")
_LISTING = Form("挂牌督办通知书", "listing", DISTRICT, "请按要求办理，并反馈办理情况。")
_UNLISTING = Form("解除挂牌督办通知书", "unlisting", DISTRICT, "现解除挂牌督办。")
FORMS = {
    K.CAUTION: _by_relation("提醒函", "函", "告知函", OFFICE, "letter"),
    K.SUPERVISE: _by_relation("督办单", "函", "告知函", OFFICE, "supervise"),
    K.SECRETARY_SUPERVISE: _by_relation("书记督办单", "函", "告知函", PARTY, "supervise"),
    K.LISTING_PROPOSAL: dict.fromkeys(R, _REPORT),
    K.LISTING: {**dict.fromkeys(R, _LISTING), R.OUTSIDE: replace(_LISTING, copies_above=True)},
    K.UNLISTING: {**dict.fromkeys(R, _UNLISTING), R.OUTSIDE: replace(_UNLISTING, copies_above=True)},
    K.PETITION_NOTICE: dict.fromkeys(R, Form("信访事项告知书", "petition_notice", OFFICE, "")),
    K.PETITION_OPINION: dict.fromkeys(R, Form("信访事项处理意见书", "petition_opinion", OFFICE, "")),
}
"""文种 by kind of letter and by the addressee's relation."""


def form_of(letter):
    """文书形式 of a letter, by its kind and by whom it goes to."""
    return FORMS[K(letter.kind)][R(letter.to.relation)]


def subject_for(letter):
    """标题 as the form wants it, by place and category; a resident's own words are no title. What a person has written stays."""
    noun, case = form_of(letter).noun, letter.case
    if not (case.title and case.title in letter.subject and case.category):
        return letter.subject
    where = case.place.community.name if case.place else case.street.name
    what = f"{where}{case.category.name}事项"
    return f"关于提请挂牌督办{what}的报告" if letter.kind == K.LISTING_PROPOSAL else f"关于{what}的{noun}"


def organ_of(issuer, pattern=OFFICE):
    """发文机关: the full name under which an organisation signs; a department or station signs under its own."""
    full = f"{issuer.parent.name if issuer.parent else ''}{issuer.name}"
    if issuer.kind == Organisation.Kind.STREET:
        return pattern.format(full)
    return DISTRICT.format(full) if issuer.kind == Organisation.Kind.DISTRICT else issuer.name


def balanced(title, whole=(), width=20):
    """标题分行: lines of about one length, few over `width` characters of full width.

    No mark stands at the head of a line; no number, no Latin word and none of the `whole` words is broken."""
    words = re.findall("|".join([*map(re.escape, filter(None, whole)), r"[!-~]+", "."]), title, re.DOTALL)
    size = sum(map(_size, words))
    count = -(-size // (width - 1)) or 1
    lines, run = [""], 0.0
    for word in words:
        if run + _size(word) / 2 > size / count and len(lines) < count and word not in CLOSING:
            lines, run = [*lines, ""], 0.0
        lines[-1] += word
        run += _size(word)
    return lines


def _size(word):
    return sum(0.5 if sign.isascii() else 1 for sign in word)
