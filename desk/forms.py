"""表单: what a move asks for. Wishes that an action checks itself are not checked here: its refusal has the better sentence."""

from django import forms
from django.db.models import Q

from dispatch.models import OrderReturn, Policy
from grievance.actions.triage import LEGAL_PATHS
from grievance.models import Category, Grievance
from street.models import Organisation


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
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs=attrs), help_text=help_text)


class Units(forms.ModelChoiceField):
    """单位, named by its code."""

    def __init__(self, label, *, required=False, empty_label="请选择"):
        super().__init__(
            Organisation.objects.none(), label=label, required=required, to_field_name="code", empty_label=empty_label
        )

    def label_from_instance(self, unit):
        return unit.name


class ManyUnits(forms.ModelMultipleChoiceField):
    """若干单位, named by their codes."""

    def __init__(self, label):
        super().__init__(Organisation.objects.none(), label=label, required=False, to_field_name="code")
        self.widget.attrs["size"] = 6

    def label_from_instance(self, unit):
        return unit.name


class Categories(forms.ModelChoiceField):
    """类别, named by its code."""

    def __init__(self, *, required=False, empty_label="请选择"):
        leaves = Category.objects.filter(active=True, children__isnull=True)
        super().__init__(leaves, label="类别", required=required, to_field_name="code", empty_label=empty_label)


def units_of(street):
    """可派单位: what stands below the street, and the departments and utilities of the district and the city above it."""
    above = [code for code in street.path.split("/") if code and code != street.code]
    below = Q(path__startswith=street.path)
    kind = Organisation.Kind
    beside = Q(parent__code__in=above, kind__in=[kind.DEPARTMENT, kind.STATION, kind.UTILITY])
    return Organisation.objects.filter(below | beside, active=True).exclude(pk=street.pk).order_by("kind", "path")


def leaders_of(street):
    """可主办单位: those that may lead at all; whether for this category, the action says."""
    return units_of(street).exclude(kind=Organisation.Kind.COMPANY)


class Admit(MoveForm):
    category = Categories()

    def prepare(self):
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
    grievance = forms.ModelChoiceField(
        Grievance.objects.none(), label="拆分出来的诉求", to_field_name="number", empty_label="请选择"
    )

    def prepare(self):
        self.fields["grievance"].queryset = self.row.grievances.all()


class Link(MoveForm):
    title = forms.CharField(label="标题", max_length=80, required=False)
    description = words("关联事项的内容")
    category = Categories(empty_label="由研判确定")
    waits = forms.BooleanField(label="本件等关联事项办结后一并办结", required=False, initial=True)


class Dispatch(MoveForm):
    """派单: an empty unit means the one the duty list names."""

    to = Units("主办单位", empty_label="按职责清单")
    assistants = ManyUnits("协办单位")
    limit_class = forms.ChoiceField(label="时限等级", required=False)
    demand = words("办理要求", rows=2, must=False)
    designated = forms.BooleanField(label="指定承办（不得退单）", required=False)

    def prepare(self):
        street = self.row.street
        self.fields["to"].queryset = leaders_of(street)
        self.fields["assistants"].queryset = units_of(street)
        policy = Policy.objects.in_force(street, self.at)
        classes = policy.limits.order_by("limit_class").values_list("limit_class", flat=True).distinct() if policy else []
        self.fields["limit_class"].choices = [("", "按职责清单"), *((name, name) for name in classes)]


class Send(Dispatch):
    """受理并派单: what triage does in one step."""

    category = Categories(empty_label="按研判建议")
    field_order = ["category"]


class Reason(MoveForm):
    reason = words("理由")


class Words(MoveForm):
    text = words("内容")


class Mediate(MoveForm):
    parties = words("当事各方", rows=2, help_text="不要写身份证号。")
    helpers = forms.CharField(label="参与人（律师、调解员等）", max_length=120, required=False)


class Respond(MoveForm):
    note = words("联系情况（内部）", must=False)


class Progress(MoveForm):
    text = words("办理进展")
    public = forms.BooleanField(label="诉求人可以看到", required=False)


class Complete(MoveForm):
    public_answer = words("公开答复", help_text="诉求人会看到。写清做了什么、结果怎样，不写他人姓名和电话。")
    internal_record = words("办理记录（内部）", must=False)


class Opinion(MoveForm):
    opinion = words("意见", rows=2)


class FreeOpinion(MoveForm):
    opinion = words("意见", rows=2, must=False)


class AskReturn(MoveForm):
    reason = forms.ChoiceField(label="退单理由", choices=[("", "请选择"), *OrderReturn.Reason.choices], required=False)
    basis = words("法律或清单依据")
    suggested = Units("建议承办单位", empty_label="不建议")

    def prepare(self):
        self.fields["suggested"].queryset = leaders_of(self.row.case.street)


class Extend(MoveForm):
    days = forms.IntegerField(label="延长几个工作日", min_value=1, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    reason = words("理由与依据", help_text="同意后诉求人会看到这段理由。")


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
        self.fields["to"].queryset = units(self.row.case.street)


def instant(label):
    """A local date and time of Beijing."""
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=picker)


class Take(MoveForm):
    demand = words("督办要求")
    due_at = instant("完成时限（北京时间）")


class Outcome(MoveForm):
    outcome = words("结果")


class Agreement(MoveForm):
    agreement = words("协议内容和履行方式", rows=4)
    perform_by = forms.DateField(label="履行期限", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    record_text = words("调解记录（内部）", must=False)


class Record(MoveForm):
    record_text = words("调解经过和未达成的原因")
