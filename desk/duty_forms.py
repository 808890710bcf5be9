"""值守的表单: what was done about an urgent matter, who answered the telephone, what the district is told."""

from django import forms

from desk.forms import MoveForm, words
from dispatch.models import UrgentReport
from dispatch.papers.urgent import outline


class Confirm(MoveForm):
    """已知悉处置."""

    done = words("做了什么", rows=2, help_text="谁到了现场、通知了谁、现在怎样。保存后不再响铃。")


class ByPhone(MoveForm):
    """电话代签收: the number of the unit stands there; only its ends are kept."""

    answered_by = forms.CharField(label="接听人（姓名、职务）", max_length=60, required=False)
    dialled = forms.CharField(
        label="拨打的号码", max_length=30, required=False, help_text="只留首尾几位。",
        widget=forms.TextInput({"inputmode": "tel"}),
    )  # fmt: skip
    said = words("对方怎么说", rows=2, must=False)

    def prepare(self):
        self.fields["dialled"].initial = self.row.handler.phone


class Objection(MoveForm):
    """对代签收有异议."""

    words = words("情况", rows=2, help_text="如：当时无人接到电话。工单和时限不变，专班会打电话核实。")


class Draft(MoveForm):
    """起草: begins with what the file says; the desk writes on."""

    body = words("报告内容", rows=10, help_text="时间、地点、起因、现状、已采取的措施、下一步。写事，不写诉求人的姓名和电话。")
    final = forms.BooleanField(label="这是终报：处置已结束", required=False)

    def prepare(self):
        self.fields["body"].initial = self.row.body or outline(self.row, self.at)
        if self.row.kind == UrgentReport.Kind.FIRST:
            del self.fields["final"]


class Send(MoveForm):
    """登记报送."""

    to = forms.CharField(label="报给谁、什么方式", max_length=60, required=False, help_text="如：区委值班室，先电话后传真。")
