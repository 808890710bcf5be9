"""政策内容: the versioned part of a policy file, read row by row into plain values that can be compared, hashed and written."""

import hashlib
import json
from functools import cached_property

from dispatch import callback_words
from dispatch.loading import allowances, routes
from dispatch.loading.rungs import read_rung
from dispatch.models import Anchor, Unit
from grievance.models import Urgency
from street.calendar import DAY_UNITS
from street.datafile import Names
from street.loading.ledger import Ledger
from street.models import Organisation

LIMIT_KEYS = ("limit_class", "anchor", "category", "urgency", "amount", "unit", "roll_over", "basis")
LIMITED = {
    anchor.value: anchor.label
    for anchor in (
        Anchor.ACCEPT,
        Anchor.FIRST_CONTACT,
        Anchor.INTERIM,
        Anchor.COMPLETION,
        Anchor.REVIEW,
        Anchor.RETURN,
        Anchor.SIGNATURE,
        Anchor.OBJECTION,
        Anchor.NOTICE,
        Anchor.RECHECK,
        Anchor.FINAL,
        Anchor.ARRIVAL,
        Anchor.ANSWER,
        Anchor.REPLY,
        Anchor.PERFORMANCE,
        Anchor.CONFIRMATION,
    )
}
"""有时限的环节."""

CALLBACK = {"tries": "callback_tries", "days": "callback_days", "bands": "callback_bands", "survey_valid_days": "survey_days"}


class Content:
    """政策内容: limits, ladder, duty list and the figures of callback, each row checked by itself; gaps are checked after."""

    def __init__(self, file, categories):
        self.file, self.categories = file, categories
        self.units = Ledger(Organisation, [])
        self.policy = file.table("policy")
        self.policy.only("name", "version", "street", "effective_from")
        self.street = self._street()
        self.figures = self._figures()
        self.limits, self.rungs, self.routes, self.allowances = [], [], [], []
        allowances.read(self)
        self._read_limits()
        self._read_rungs()
        routes.read(self)

    @cached_property
    def digest(self):
        """内容摘要: changes whenever a row changes, whatever the order of rows, the comments or the spaces."""
        parts = {"figures": self.figures}
        for name in ("limits", "rungs", "routes"):
            parts[name] = sorted(json.dumps(row, sort_keys=True) for row, _ in getattr(self, name))
        if self.allowances:
            parts["allowances"] = sorted(json.dumps(row, sort_keys=True) for row, _ in self.allowances)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def category(self, row):
        """The category a row names, None for any."""
        return self.categories.named(row, "category")

    def street_table(self, name, keys, noun):
        """A table of what only one street can have, None where the file has none. DataFileError in a policy of every street."""
        row = self.file.table(name, required=False)
        if not row.values:
            return None
        row.only(*keys)
        if self.street is None:
            row.fail(f"各街道通用的政策不能写{noun}，请在 [policy] 写明 street。", keys[0])
        return row

    def _street(self):
        street = self.units.named(self.policy, "street")
        if street is not None and street.kind != Organisation.Kind.STREET:
            self.policy.fail(f"“{street.code}”不是街道；各街道通用的政策不写 street。", "street")
        return street

    def _figures(self):
        callback, urge = self.file.table("callback", required=False), self.file.table("urge", required=False)
        callback.only(*CALLBACK)
        urge.only("hours")
        figures = {field: callback.count(key, least=1) for key, field in CALLBACK.items() if key in callback}
        figures |= {"urge_hours": urge.count("hours", least=1)} if "hours" in urge else {}
        return figures | self._reopen() | self._awake() | self._visit() | self._words()

    def _reopen(self):
        """要求重办: how many days after the end a resident may still ask for it; nothing where the file does not say."""
        reopen = self.file.table("reopen", required=False)
        reopen.only("days")
        return {"reopen_days": reopen.count("days", least=1)} if "days" in reopen else {}

    def _visit(self):
        """联合上门: how many days apart visits to the same door may lie; nothing where the file does not say."""
        visit = self.file.table("visit", required=False)
        visit.only("days")
        return {"visit_days": visit.count("days", least=1)} if "days" in visit else {}

    def _words(self):
        """回访问法和短信: what the file words in its own way; nothing where it does not say."""
        words = self.file.table("callback_words", required=False)
        for key in words.values:
            if not callback_words.known(key):
                words.fail(f"[callback_words] 不认识的项目“{key}”，可用的见 docs/callbacks.md。", key)
            if why := callback_words.wrong(key, words.text(key)):
                words.fail(f"“{key}”{why}", key)
        return {"callback_words": {key: words.text(key) for key in sorted(words.values)}} if words.values else {}

    def _awake(self):
        """静默时段: the limit classes of which people are told at night too; nothing where the file does not say."""
        quiet = self.file.table("quiet", required=False)
        quiet.only("awake_classes")
        return {"awake_classes": sorted(quiet.texts("awake_classes"))} if "awake_classes" in quiet else {}

    def _read_limits(self):
        names = Names("时限（同一等级、环节、类别、紧急程度）")
        for row in self.file.rows("limit"):
            row.only(*LIMIT_KEYS)
            shared = self._limit(row)
            for limit_class in classes_of(row, required=True):
                key = [limit_class, *(shared[part] or "-" for part in ("anchor", "category", "urgency"))]
                names.add(row, " ".join(key), "limit_class")
                self.limits.append(({"limit_class": limit_class, **shared}, row))

    def _limit(self, row):
        category, unit = self.category(row), row.choice("unit", Unit)
        return {
            "anchor": row.choice("anchor", LIMITED),
            "category": category.code if category else "",
            "urgency": row.choice("urgency", Urgency, required=False),
            "amount": row.amount("amount", least=0.01, whole=unit in DAY_UNITS),
            "unit": unit,
            "roll_over": row.get("roll_over", bool, True),
            "basis": row.text("basis", required=False),
        }

    def _read_rungs(self):
        names, twins = Names("阶梯代码"), Names("阶梯（代码不同，内容相同）")
        for row in self.file.rows("rung"):
            classes = classes_of(row)
            shared = read_rung(row, self.category(row))
            for limit_class in classes:
                code = shared["code"] if len(classes) == 1 else f"{shared['code']}-{limit_class.lower()}"
                rung = {**shared, "code": code, "limit_class": limit_class}
                names.add(row, code)
                same = {name: value for name, value in rung.items() if name not in ("code", "sentence")}
                twins.add(row, json.dumps(same, ensure_ascii=False))
                self.rungs.append((rung, row))


def classes_of(row, *, required=False):
    """时限等级: one, several, or (where not required) none, which means each."""
    if isinstance(row.values.get("limit_class"), list):
        return row.texts("limit_class")
    return [row.code("limit_class", required=required, most=8)]
