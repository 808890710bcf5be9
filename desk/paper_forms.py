"""公文的表单: what the drafting of petition papers and the reviews of petitions ask for."""

from django import forms

from desk.forms import MoveForm, words
from dispatch.actions.petition_papers import Result
from dispatch.actions.petitions import next_stage


class Notice(MoveForm):
    """拟信访事项告知书."""

    route = words("办理途径和程序", help_text="写明按什么程序、由哪个单位办理；收到时间、转送单位和编号由系统填写")


class Opinion(MoveForm):
    """拟信访事项处理意见书."""

    requests = words("信访请求", help_text="逐项写明，一行一项")
    facts = words("事实和理由", rows=5)
    result = forms.ChoiceField(label="处理结果", choices=Result.choices)
    opinion = words("处理意见及法律依据", rows=5, help_text="写明法律、法规、规章的名称和条款")
    reviewer = forms.CharField(label="复查机关", max_length=60, help_text="本级人民政府或者上一级主管部门，写全称")


class Stage(MoveForm):
    """登记复查、复核申请: the stage is the next one; there is no choice."""

    stage = forms.CharField(widget=forms.HiddenInput)

    def prepare(self):
        """The stage that is open now."""
        petition = getattr(self.row, "petition", None)
        self.fields["stage"].initial = petition and next_stage(petition) or ""


class Outcome(MoveForm):
    """登记复查、复核意见."""

    outcome = words("复查、复核机关和意见")
