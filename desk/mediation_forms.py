"""调解的表单: what the moves of a mediation, and of a matter that is never mediated, ask for."""

from django import forms
from django.db.models import Prefetch
from django.utils import timezone

from desk.forms import MoveForm, Units, instant, once, units_of, words
from dispatch.actions.mediation import ALL, APPLICANT, NONE, ways_after
from dispatch.models import Mediation, MediationParty
from street.models import Organisation, Specialist, Speciality

WILLING = [
    (APPLICANT, "申请方已申请，另一方还没有表态"),
    (ALL, "各方都已当面同意调解"),
    (NONE, "主动上门调解，各方还没有表态"),
]
HELPERS_MAX = 120


def specialists_for(case, at):
    """可请的专业力量: those who serve the place of the matter today; who knows its kind of matter stands first."""
    if case.place is None:
        return []
    return once(case, "specialists", lambda: _specialists(case, timezone.localdate(at)))


def _specialists(case, today):
    subjects = Prefetch("subjects", Speciality.objects.order_by("subject"), "known")
    found = Specialist.objects.serving(case.place.community, on=today).prefetch_related(subjects)
    return sorted(found, key=lambda one: not _knows(one, case.category))


def _knows(one, category):
    return category is not None and any(row.subject in category.name for row in one.known)


def _described(one, category):
    subjects = "、".join(row.subject for row in one.known)
    return f"{one}{'：' + subjects if subjects else ''}{'（对口）' if _knows(one, category) else ''}"


class Mediate(MoveForm):
    """开始调解: who the sides are, who of them has agreed, who helps."""

    parties = words("当事各方", rows=2, help_text="一行一位，先写申请的一方。不要写身份证号。")
    willing = forms.ChoiceField(label="各方意愿", choices=WILLING, required=False, widget=forms.RadioSelect)
    specialists = forms.MultipleChoiceField(label="请谁参与（本社区可请的）", required=False)
    helpers = forms.CharField(label="其他参与人", max_length=HELPERS_MAX, required=False)

    def prepare(self):
        """Those who serve the place; the list is left out where there is nobody."""
        rows = specialists_for(self.row, self.at)
        self.names = {str(one.pk): str(one) for one in rows}
        self.fields["specialists"].choices = [(str(one.pk), _described(one, self.row.category)) for one in rows]
        self.fields["specialists"].widget.attrs["size"] = min(6, max(2, len(rows)))
        self.fields["willing"].initial = APPLICANT
        if not rows:
            del self.fields["specialists"]

    def clean(self):
        """Those picked and those typed are one line on the record."""
        said = super().clean()
        picked = [self.names[key] for key in said.pop("specialists", [])]
        said["willing"] = said.get("willing") or NONE
        said["helpers"] = "、".join([*picked, *filter(None, [said.get("helpers", "")])])
        if len(said["helpers"]) > HELPERS_MAX:
            raise forms.ValidationError(f"参与人一共最多 {HELPERS_MAX} 个字，请少选几位。")
        return said


def verdict(label, yes, no):
    """A yes or a no, each in words of its own."""
    return forms.TypedChoiceField(
        label=label, choices=[("1", yes), ("0", no)], coerce=lambda value: value == "1", widget=forms.RadioSelect
    )  # fmt: skip


class Consent(MoveForm):
    """记录意愿: of one side."""

    party = forms.ChoiceField(label="当事人")
    agreed = verdict("意愿", "同意调解", "明确不同意（调解就此终止）")
    note = words("说明", rows=2, must=False)

    def prepare(self):
        """The sides, those still to be asked first."""
        rows = sorted(self.row.sides.all(), key=lambda one: one.consent != MediationParty.Consent.ASKED)
        self.sides = {str(one.pk): one for one in rows}
        label = "{0.name}（{1}，{2}）"
        named = [(key, label.format(one, one.get_side_display(), one.get_consent_display())) for key, one in self.sides.items()]
        self.fields["party"].choices = [("", "请选择"), *named]

    def clean_party(self):
        """The side itself."""
        return self.sides[self.cleaned_data["party"]]


class AddParty(MoveForm):
    """添加当事人."""

    side = forms.ChoiceField(label="属于", choices=MediationParty.Side.choices, initial=MediationParty.Side.OTHER)
    name = forms.CharField(label="姓名或名称", max_length=60)


class Session(MoveForm):
    """记录调解会."""

    held_at = instant("时间（北京时间）")
    where = forms.CharField(label="地点", max_length=120)
    present = words("到场人", rows=2)
    minutes = words("调解情况", rows=5)


class Agreement(MoveForm):
    """达成协议: what 人民调解法 art. 29 asks to be written down."""

    facts = words("主要事实、争议事项和各方责任", must=False)
    agreement = words("协议内容和履行方式", rows=4)
    form = forms.ChoiceField(label="形式", choices=Mediation.Form.choices, required=False)
    perform_by = forms.DateField(
        label="履行期限",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="当场履行的不填。到期次日起，请核实是否履行。",
    )
    record_text = words("调解记录（内部）", must=False)

    def clean_form(self):
        """Written unless said otherwise."""
        return self.cleaned_data["form"] or Mediation.Form.WRITTEN


class Failure(MoveForm):
    """调解未果."""

    record_text = words("调解经过和未达成的原因")
    ways_left = words("告知当事人还可走的途径", rows=2, must=False)

    def prepare(self):
        """The ways as the law names them; the mediator may be more exact."""
        self.fields["ways_left"].initial = ways_after(self.row.case)


class Performance(MoveForm):
    """记录履行."""

    performed = verdict("协议", "已履行", "没有履行")
    text = words("何时、怎样、向谁核实的", rows=2)


class Confirmation(MoveForm):
    """司法确认."""

    confirmed_on = forms.DateField(
        label="法院裁定确认的日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="各方不申请司法确认的，不填日期。申请须在协议生效后三十日内共同提出。",
    )


class Call(MoveForm):
    """电话报告: to the duty leader (the street itself) or a station."""

    to = Units("打给", required=True)
    answered_by = forms.CharField(label="接听人", max_length=60)

    def prepare(self):
        """The street and the stations in it."""
        stations = [unit for unit in units_of(self.row) if unit.kind == Organisation.Kind.STATION]
        self.fields["to"].offer([*stations, self.row.street])
        self.fields["to"].help_text = "派出所；街道是指值班领导。"


class SafeContact(MoveForm):
    """安全联系方式: of one of those who spoke."""

    grievance = forms.ChoiceField(label="诉求")

    def prepare(self):
        """The grievances of the case; the only one is chosen already."""
        self.voices = {one.number: one for one in self.row.grievances.all()}
        self.fields["grievance"].choices = [(number, number) for number in self.voices]

    def clean_grievance(self):
        """The grievance itself."""
        return self.voices[self.cleaned_data["grievance"]]


class KeepSafeContact(SafeContact):
    """记安全联系方式."""

    text = words(
        "怎样联系才安全", rows=2, help_text="如：只在工作日白天打单位座机，不要发短信、不要上门。加密保存，查看会留下记录。"
    )
