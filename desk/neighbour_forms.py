"""邻里的表单: the public text of a matter at work, and what came of a call back."""

from django import forms

from desk.forms import MoveForm, words
from grievance.actions import calls, joining

OUTCOMES = [
    ("", "请选择"),
    ("said", "打通了，写下说的事"),
    (calls.UNREACHED, "没打通"),
    ("settled", "打通了，说不用再办"),
    ("elsewhere", "打通了，另行登记"),
]


class PublicText(MoveForm):
    """写公开说明."""

    text = words(
        "公开说明", rows=2, help_text="附近的人扫码看得到，可以加入。只写什么地方、什么设施、怎么了；不写人，不抄诉求人的原话。"
    )


class TakeBack(MoveForm):
    """撤下公开说明: shows what is public now."""

    reason = forms.CharField(label="理由", max_length=100, required=False)

    def prepare(self):
        matter = joining.text_of(self.row)
        self.fields["reason"].help_text = f"现在公开的是：{matter.text}" if matter else ""


class Rang(MoveForm):
    """记回电结果: in which language and when somebody asked to be rung stands beside it; the number is under 查看电话."""

    outcome = forms.ChoiceField(label="结果", choices=OUTCOMES, required=False)
    note = words("诉求人说的事", must=False, help_text="写完念给对方听一遍。没打通的不用写。")

    def prepare(self):
        call = calls.waiting(self.row)
        if call is not None:
            language = call.grievance.complainant.language or "没有选"
            tried = f"；已有 {call.tries} 次没打通" if call.tries else ""
            self.fields["outcome"].help_text = f"语言：{language}；方便的时间：{call.get_best_time_display()}{tried}"
