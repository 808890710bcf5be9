"""遮盖: what a paper may say of those who spoke. It follows the paper's addressee, since papers travel further than screens."""

import re

from grievance.actions.privacy import masked
from grievance.models import Complainant
from street.models import Organisation

NUMBER = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
LEFT_OUT = "（号码略）"
NOT_FOR_FIRMS = "不提供（联系诉求人请通过街道工作专班）"
CONFIDENTIAL = "诉求人要求保密（联系请通过街道工作专班）"


class Veil:
    """遮盖: for papers about one case to one unit; `of` reads who spoke, in one query."""

    def __init__(self, spoke, *, firm):
        self.spoke, self.firm = spoke, firm

    @classmethod
    def of(cls, case, unit):
        """For a paper about `case` to `unit`."""
        spoke = Complainant.objects.filter(grievance__case=case).order_by("grievance__submitted_at", "pk")
        firm = unit is not None and unit.kind == Organisation.Kind.COMPANY
        return cls(list(spoke.select_related("grievance")), firm=firm)

    def words(self, text):
        """原话: numbers in part; to a firm no number at all. Names stay out to a firm, and where confidence was asked."""
        for one in self.spoke:
            if one.phone and len(one.phone) >= 7:
                text = text.replace(one.phone, LEFT_OUT if self.firm else one.masked_phone)
            if (self.firm or one.confidential) and len(one.name) > 1:
                text = text.replace(one.name, "诉求人")
        return NUMBER.sub(LEFT_OUT, text) if self.firm else masked(text)

    @property
    def who(self):
        """诉求人: masked names and numbers, no more than three; nothing where confidence was asked or to a firm."""
        if self.firm:
            return NOT_FOR_FIRMS
        named = [self._one(one) for one in self.spoke]
        more = f"等{len(named)}人" if len(named) > 3 else ""
        return "；".join(named[:3]) + more if named else "未留"

    def _one(self, one):
        if one.confidential:
            return CONFIDENTIAL
        return f"{one.masked_name or '未留姓名'} {one.masked_phone or '未留电话'}"
