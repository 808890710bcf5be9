"""表单: what a move asks for. Wishes that an action checks itself are not checked here: its refusal has the better sentence."""

from django import forms
from django.db.models import Q

from desk.file_forms import ManyFiles
from dispatch.models import Anchor, OrderReturn, Petition, Pledge, Policy, Suspension, TimeLimit
from grievance.actions.triage import LEGAL_PATHS
from grievance.models import Category
from grievance.replies import refuse_open
from street.models import Organisation

KINDS = [
    Organisation.Kind.COMMUNITY,
    Organisation.Kind.DEPARTMENT,
    Organisation.Kind.STATION,
    Organisation.Kind.UTILITY,
    Organisation.Kind.COMPANY,
    Organisation.Kind.STREET,
    Organisation.Kind.DISTRICT,
    Organisation.Kind.CITY,
]
"""The order in which units are offered."""


PLEDGED = [choice for choice in Pledge.Kind.choices if choice[0] != Pledge.Kind.AGREED]
"""承诺的种类 that a unit may state; what was agreed in a mediation is promised there."""


class MoveForm(forms.Form):
    """动作表单: knows the row it acts on, the person and the instant."""

    def __init__(self, *args, row, at, **kwargs):
        kwargs.setdefault("label_suffix", "")
        self.row, self.at = row, at
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self):
        """Choices and first values that depend on the row."""

    def sentence(self):
        """The first thing that is wrong, as one sentence for people."""
        field, errors = next(iter(self.errors.items()))
        label = self.fields[field].label if field in self.fields else ""
        return f"{label}：{errors[0]}" if label else errors[0]


def words(label, *, rows=3, must=True, help_text=""):
    """A field of several lines; `must` is asked of the browser, the action itself refuses the empty text."""
    attrs = {"rows": rows, **({"required": True} if must else {})}
    widget = forms.Textarea(attrs=attrs)
    return forms.CharField(label=label, required=False, widget=widget, help_text=help_text, validators=[refuse_open])


class Units(forms.ChoiceField):
    """单位, named by its code, grouped by kind; `offer` says which."""

    def __init__(self, label, *, required=False, empty_label="请选择"):
        self.empty_label = empty_label
        super().__init__(label=label, required=required)

    def offer(self, units):
        """The units that can be chosen."""
        self.units = {unit.code: unit for unit in units}
        self.choices = [("", self.empty_label), *grouped(units)]

    def clean(self, value):
        """The unit, None where none was chosen."""
        return self.units.get(super().clean(value))


class ManyUnits(forms.MultipleChoiceField):
    """若干单位, named by their codes."""

    def __init__(self, label):
        super().__init__(label=label, required=False)
        self.widget.attrs["size"] = 6

    def offer(self, units):
        """The units that can be chosen."""
        self.units = {unit.code: unit for unit in units}
        self.choices = grouped(units)

    def clean(self, value):
        """The units."""
        return [self.units[code] for code in super().clean(value)]


class Categories(forms.ChoiceField):
    """类别, named by its code."""

    def __init__(self, *, required=False, empty_label="请选择"):
        self.empty_label = empty_label
        super().__init__(label="类别", required=required)

    def offer(self, categories):
        """The categories that can be chosen."""
        self.categories = {category.code: category for category in categories}
        self.choices = [("", self.empty_label), *((row.code, str(row)) for row in categories)]

    def clean(self, value):
        """The category, None where none was chosen."""
        return self.categories.get(super().clean(value))


def grouped(units):
    """[(kind, [(code, name)])], for a list with headings."""
    kinds: dict = {}
    for unit in units:
        kinds.setdefault(unit.get_kind_display(), []).append((unit.code, unit.name))
    return list(kinds.items())


def once(holder, name, read):
    """What several forms of one page choose from is read once, and kept on the row they share."""
    kept = vars(holder).setdefault("_choices", {})
    if name not in kept:
        kept[name] = list(read())
    return kept[name]


def categories_for(case):
    """可选类别: those of the duty list: the second level of the tree, and what stands alone at its top."""
    alone = Q(parent__isnull=True, children__isnull=True)
    listed = Q(parent__isnull=False, parent__parent__isnull=True) | alone
    return once(case, "categories", lambda: Category.objects.filter(listed, active=True).order_by("code"))


def units_of(case):
    """可派单位: what stands below the street, and the departments and utilities of the district and the city above it."""
    return once(case, "units", lambda: units_below(case.street))


def units_below(street):
    """可派单位 of a street; see `units_of`."""
    above = [code for code in street.path.split("/") if code and code != street.code]
    kind = Organisation.Kind
    beside = Q(parent__code__in=above, kind__in=[kind.DEPARTMENT, kind.STATION, kind.UTILITY])
    rows = Organisation.objects.filter(Q(path__startswith=street.path) | beside, active=True).exclude(pk=street.pk)
    return sorted(rows, key=lambda unit: (KINDS.index(unit.kind), unit.path))


def leaders_of(case):
    """可主办单位: those that may lead at all; whether for this category, the action says."""
    return [unit for unit in units_of(case) if unit.may_lead]


def classes_of(case, at):
    """时限等级 of the policy in force under which work can be sent: not those of whistles, instructions or drafts."""
    return once(case, "classes", lambda: _classes(Policy.objects.in_force(case.street, at)))


def _classes(policy):
    sent = policy.limits.filter(anchor=Anchor.COMPLETION) if policy else TimeLimit.objects.none()
    return sorted(set(sent.values_list("limit_class", flat=True)))


def instant(label):
    """A local date and time of Beijing."""
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=picker)


class Admit(MoveForm):
    category = Categories()

    def prepare(self):
        self.fields["category"].offer(categories_for(self.row))
        self.fields["category"].initial = self.row.category and self.row.category.code


class Classify(Admit):
    category = Categories(required=True)


class Hold(MoveForm):
    question = words("需要诉求人补充什么", help_text="诉求人会在查询页看到这句话。")


class Decline(MoveForm):
    path = forms.ChoiceField(label="应走的途径", choices=[("", "请选择"), *LEGAL_PATHS.items()], required=False)
    reason = words("理由", help_text="诉求人会在查询页看到理由和途径。")


class Merge(MoveForm):
    into = forms.CharField(label="并入的事项编号", max_length=24)


class Split(MoveForm):
    grievance = forms.ChoiceField(label="拆分出来的诉求")

    def prepare(self):
        self.voices = {row.number: row for row in self.row.grievances.all()}
        said = [(number, f"{number} {row.description[:20]}") for number, row in self.voices.items()]
        self.fields["grievance"].choices = [("", "请选择"), *said]

    def clean_grievance(self):
        """The grievance itself."""
        return self.voices[self.cleaned_data["grievance"]]


class Link(MoveForm):
    title = forms.CharField(label="标题", max_length=80, required=False)
    description = words("关联事项的内容")
    category = Categories(empty_label="由研判确定")
    waits = forms.BooleanField(label="本件等关联事项办结后一并办结", required=False, initial=True)

    def prepare(self):
        self.fields["category"].offer(categories_for(self.row))


class Households(MoveForm):
    households = forms.IntegerField(label="涉及户数", widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1}))

    def prepare(self):
        self.fields["households"].initial = self.row.households


class Dispatch(MoveForm):
    """派单: an empty unit means the one the duty list names."""

    to = Units("主办单位", empty_label="按职责清单")
    assistants = ManyUnits("协办单位")
    limit_class = forms.ChoiceField(label="时限等级", required=False)
    demand = words("办理要求", rows=2, must=False)
    designated = forms.BooleanField(label="指定承办（不得退单）", required=False)

    def prepare(self):
        self.fields["to"].offer(leaders_of(self.row))
        self.fields["assistants"].offer(units_of(self.row))
        classes = [(name, name) for name in classes_of(self.row, self.at)]
        self.fields["limit_class"].choices = [("", "按职责清单"), *classes]


class Send(Dispatch):
    """受理并派单: what triage does in one step."""

    category = Categories(empty_label="按研判建议")
    field_order = ["category"]

    def prepare(self):
        super().prepare()
        self.fields["category"].offer(categories_for(self.row))


class Register(MoveForm):
    """登记信访件: forwarded by a unit of the district or the city, mostly 区信访局."""

    number = forms.CharField(label="信访信息系统编号", max_length=40)
    kind = forms.ChoiceField(label="种类", choices=[("", "请选择"), *Petition.Kind.choices], required=False)
    forwarded_by = Units("转送单位", required=True)
    received_at = instant("收到时间（北京时间）")

    def prepare(self):
        self.fields["forwarded_by"].offer([unit for unit in units_of(self.row) if unit.kind == Organisation.Kind.DEPARTMENT])


class Reason(MoveForm):
    reason = words("理由")


class Words(MoveForm):
    text = words("内容")


class Respond(MoveForm):
    note = words("联系情况（内部）", must=False)


class Progress(MoveForm):
    """办理进展: in words, by voice, in pictures; one of them is enough."""

    text = words("办理进展", must=False, help_text="可以用手机键盘上的话筒说，说的话变成字。")
    photos = ManyFiles("照片（可不加）", accept="image/*", most=9)
    voice = forms.FileField(
        label="录音（可不加）", required=False, widget=forms.FileInput({"accept": "audio/*", "data-voice": "1"})
    )
    public = forms.BooleanField(label="诉求人可以看到文字", required=False)


class Complete(MoveForm):
    public_answer = words("公开答复", help_text="诉求人会看到。写清做了什么、结果怎样，不写他人姓名和电话。")
    internal_record = words("办理记录（内部）", must=False)
    promised_kind = forms.ChoiceField(
        label="还有承诺的事（到期会再问诉求人）", choices=[("", "没有"), *PLEDGED], required=False
    )  # fmt: skip
    promised = forms.CharField(label="承诺什么", required=False, max_length=120, help_text="如：付清赔偿500元。不写姓名和电话。")
    promised_by = forms.DateField(label="哪天以前", required=False, widget=forms.DateInput(attrs={"type": "date"}))


class JoinRework(MoveForm):
    text = words("负责人怎样参与的", help_text="到现场、见诉求人、调人调料，写清做了什么。写了才能报办结。")


class Opinion(MoveForm):
    opinion = words("意见", rows=2)


class FreeOpinion(MoveForm):
    opinion = words("意见", rows=2, must=False)


class AskReturn(MoveForm):
    reason = forms.ChoiceField(label="退单理由", choices=[("", "请选择"), *OrderReturn.Reason.choices], required=False)
    basis = words("法律或清单依据")
    suggested = Units("建议承办单位", empty_label="不建议")

    def prepare(self):
        self.fields["suggested"].offer(leaders_of(self.row.case))


class Extend(MoveForm):
    days = forms.IntegerField(label="延长几个工作日", min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    reason = words("理由与依据", help_text="同意后诉求人会看到这段理由。")


class Note(MoveForm):
    note = words("说明", rows=2, must=False)


class Decide(MoveForm):
    agreed = forms.TypedChoiceField(
        label="审批", choices=[("1", "同意"), ("0", "不同意")], coerce=lambda value: value == "1", widget=forms.RadioSelect
    )
    opinion = words("审批意见", rows=2)


class Transfer(MoveForm):
    to = Units("转派给", required=True)
    reason = words("转派理由")

    def prepare(self):
        units = leaders_of if self.row.lead else units_of
        self.fields["to"].offer(units(self.row.case))


class Take(MoveForm):
    demand = words("督办要求")
    due_at = instant("完成时限（北京时间）")


class Suspend(MoveForm):
    reason = forms.ChoiceField(label="挂账事由", choices=[("", "请选择"), *Suspension.Reason.choices], required=False)
    words = words("在等什么、何时能恢复", rows=2, help_text="同意后诉求人会看到这段说明。")
    review_at = instant("复核时间（北京时间）")


class Outcome(MoveForm):
    outcome = words("结果")
