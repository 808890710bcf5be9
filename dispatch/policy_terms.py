"""政策用语: what tables, keys and values of a policy text are called on the screen; one place for forms and for comparison."""

from decimal import Decimal

from dispatch.models import Allowance, Anchor, EscalationRung, Letter, Level, RoutingRule, Trigger, Unit
from grievance.models import Cue, Urgency
from street.models import Organisation, Place, Role

SECTIONS = {
    "figures": (
        "参数",
        (
            *("callback", "callback_words", "urge", "reopen", "visit", "quiet", "retention", "public"),
            *("standing_authority", "confidential"),
        ),
    ),
    "limits": ("时限", ("limit", "allowance")),
    "ladder": ("升级阶梯", ("rung",)),
    "routes": ("职责清单", ("route",)),
    "categories": ("类别", ("category",)),
    "answers": ("公开答复与不办清单", ("cue", "alert")),
}
"""分节: what each is called, and the tables of the text that stand in it."""

NOUNS = {
    "policy": "政策",
    "callback": "回访",
    "callback_words": "回访问法和短信",
    "urge": "诉求人催促",
    "reopen": "结案后重办",
    "visit": "联合上门",
    "quiet": "静默时段",
    "retention": "保存期限",
    "public": "对外公开",
    "standing_authority": "派单授权",
    "confidential": "检举控告信箱",
    "category": "类别",
    "alert": "警示词",
    "cue": "研判用语",
    "limit": "时限",
    "allowance": "宽限",
    "rung": "阶梯",
    "route": "派单规则",
}

LABELS = {
    "code": "代码",
    "name": "名称",
    "label": "名称",
    "parent": "上级",
    "public_name": "给居民看的名称",
    "words": "词语",
    "hazard": "隐患类（可匿名）",
    "board": "可上公开栏",
    "joinable": "可公开说明、可加入",
    "external_code": "标准代码",
    "active": "在用",
    "unless": "除外的说法",
    "beside": "须同时提到",
    "categories": "只限类别",
    "present": "往事不算",
    "urgent": "特急",
    "bars_automatic": "不自动派单",
    "tells": "立即告知",
    "advice": "给居民的提示",
    "routes_as": "按哪一类找主办",
    "quarantine": "登记前隔离",
    "kind": "种类",
    "share": "所在分句按几成计",
    "text": "告知诉求人的话",
    "limit_class": "时限等级",
    "anchor": "环节",
    "category": "类别",
    "urgency": "紧急程度",
    "amount": "数量",
    "unit": "单位",
    "roll_over": "末日休息顺延",
    "basis": "依据",
    "step": "第几次",
    "most": "最多",
    "by": "谁审批",
    "trigger": "触发",
    "unit_kind": "承办单位类型",
    "radius": "半径（米）",
    "within_hours": "时间窗（小时）",
    "measure": "措施",
    "to": "对象",
    "paper": "文书",
    "sentence": "说明",
    "answer_amount": "反馈时限",
    "answer_unit": "反馈时限单位",
    "ends_with_case": "随事项了结",
    "self_issue": "按授权自动印发",
    "community": "只限社区",
    "place_kind": "只限点位类型",
    "lead": "主办",
    "assistants": "协办",
    "list": "清单",
    "community_may_lead": "社区可以主办",
    "automatic": "可自动派单",
    "tries": "最多拨打几次",
    "days": "天数",
    "bands": "分布几个时段",
    "survey_valid_days": "评价链接有效天数",
    "hours": "小时或时段",
    "awake_classes": "夜间照常的等级",
    "leader": "值班长",
    "barred": "不自动派单的类别",
    "street": "街道",
    "personal_days": "个人信息（天）",
    "withdrawn_days": "撤回的附件（天）",
    "papers_days": "公文档案（天）",
    "boards": "开通公开栏的社区",
    "wishes": "开通微心愿的社区",
    "wish_days": "心愿公开天数",
    "office": "收件机关",
    "above": "上级机关",
    "passes": "直送上级的词语",
}

DEFAULTS = {
    ("category", "active"): True,
    ("alert", "active"): True,
    ("cue", "active"): True,
    ("alert", "urgent"): True,
    ("limit", "roll_over"): True,
    ("route", "automatic"): True,
    ("rung", "ends_with_case"): True,
    ("allowance", "step"): 1,
    ("rung", "anchor"): "completion",
}
"""What a row that leaves a key out says all the same."""

KEYS = {
    "category": ("code",),
    "alert": ("code",),
    "cue": ("code",),
    "limit": ("limit_class", "anchor", "category", "urgency"),
    "allowance": ("kind", "limit_class", "step"),
    "rung": ("code", "limit_class"),
    "route": ("category", "community", "place_kind"),
}
"""By which keys a row of a table is known; another value there is another row."""

K = Organisation.Kind
UNIT_KINDS = [(kind.value, kind.label) for kind in (K.COMMUNITY, K.DEPARTMENT, K.STATION, K.UTILITY, K.COMPANY)]
CHOICES = {
    "anchor": Anchor.choices,
    "urgency": Urgency.choices,
    "unit": Unit.choices,
    "answer_unit": Unit.choices,
    "to": Level.choices,
    "trigger": Trigger.choices,
    "measure": EscalationRung.Measure.choices,
    "paper": Letter.Kind.choices,
    "unit_kind": UNIT_KINDS,
    "list": RoutingRule.List.choices,
    "place_kind": Place.Kind.choices,
    ("allowance", "kind"): Allowance.Kind.choices,
    ("cue", "kind"): Cue.Kind.choices,
    "by": Role.choices,
    "tells": Role.choices,
}
UNITS = ("lead", "assistants", "community", "unit", "office", "above", "boards", "wishes", "street")
"""Keys whose values are codes of organisations."""
PRONOUNS = {"community": "所在社区", "estate_company": "物业等责任企业"}
BOOLEAN = {True: "是", False: "否"}


def choices_of(table, key):
    """选项 of a key: [(value, label)], empty where anything may stand."""
    return CHOICES.get((table, key)) or CHOICES.get(key, [])


class Speech:
    """说法: what the codes of a text are called; units from the tables, categories from the texts that are compared."""

    def __init__(self, *trees):
        self.units = {**dict(Organisation.objects.values_list("code", "name")), **PRONOUNS}
        self.categories = {row.get("code"): row.get("name", "") for tree in trees for row in tree.get("category", [])}

    def value(self, table, key, value):
        """一个值 in words; “—” for nothing."""
        if value in ("", None, [], {}):
            return "—"
        if isinstance(value, bool):
            return BOOLEAN[value]
        if isinstance(value, dict):
            return "；".join(f"{weight}：{'、'.join(words)}" for weight, words in value.items())
        if isinstance(value, list):
            return "、".join(self.value(table, key, one) for one in value)
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return self._named(table, key, str(value))

    def _named(self, table, key, value):
        labels = dict(choices_of(table, key))
        if value in labels:
            return str(labels[value])
        if key in ("category", "parent", "categories", "barred", "routes_as") and self.categories.get(value):
            return f"{value} {self.categories[value]}"
        return self.units.get(value, value) if key in UNITS else value

    def row(self, table, values):
        """一行叫什么: “时限 U2 办结”, “派单规则 B1 室温不达标（西盛社区）”."""
        said = [self.value(table, key, values.get(key)) for key in KEYS.get(table, ()) if values.get(key) not in ("", None, [])]
        name = values.get("label") or (values.get("name") if table == "category" else values.get("sentence")) or ""
        return " ".join([NOUNS[table], *said, *([name] if name else [])])

    def amount(self, table, values):
        """数量 with its unit or trigger: “24 小时”, “用时 75%”, “3 次”."""
        if values.get("amount") is None:
            return "—"
        number, unit = values.get("amount"), self.value(table, "unit", values.get("unit"))
        if values.get("trigger") == Trigger.SHARE:
            return f"用去 {Decimal(str(number)) * 100:g}%"
        return f"{self.value(table, 'amount', number)} {unit if unit != '—' else ''}".strip()
