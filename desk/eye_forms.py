"""盯办的表单: instructions, adoptions, listings and receptions."""

from django import forms

from desk.forms import MoveForm, Units, instant, once, units_of, words
from dispatch.actions.instructions import secretaries_of


class Instruct(MoveForm):
    """批示: to whom and until when may be left to the order and the policy."""

    text = words("批示内容")
    to = Units("落实单位", empty_label="主办单位")
    due_at = instant("报告落实的时限（北京时间，可不填）")

    def prepare(self):
        self.fields["to"].offer(units_of(self.row.case))


class TypeIn(Instruct):
    """录入手写批示: what the photograph shows, and whose hand it is."""

    photo = forms.FileField(
        label="手写批示照片", required=False, widget=forms.FileInput(attrs={"accept": "image/*", "required": True})
    )
    secretary = forms.ChoiceField(label="批示人")
    field_order = ["photo", "secretary", "text", "to", "due_at"]

    def prepare(self):
        super().prepare()
        self.people = {str(user.pk): user for user in once(self.row, "secretaries", lambda: secretaries_of(self.row, self.at))}
        self.fields["secretary"].choices = [(key, str(user)) for key, user in self.people.items()]

    def clean_secretary(self):
        return self.people[self.cleaned_data["secretary"]]


class Confirm(Instruct):
    """确认手写批示: as typed, with every slip open to correction."""

    def prepare(self):
        super().prepare()
        self.fields["text"].initial = self.row.text
        self.fields["to"].initial = self.row.to.code if self.row.to else ""
        self.fields["due_at"].initial = self.row.due_at


class Answer(MoveForm):
    text = words("落实情况")


class Settle(MoveForm):
    opinion = words("意见", rows=2, must=False)


class SendBack(MoveForm):
    opinion = words("哪里没有落实", rows=2)
    due_at = instant("再报告的时限（北京时间，可不填）")


class Adopt(MoveForm):
    promise = words("包案措施")


class ListCase(MoveForm):
    """挂牌督办: what is wanted, until when, and what must be so before it is taken off."""

    demand = words("督办要求")
    due_at = instant("完成时限（北京时间）")
    conditions = words("摘牌条件，一行一条", must=False, help_text="摘牌时逐条确认；不写的，以督办要求为条件。")


class Unlist(MoveForm):
    """摘牌: each condition is confirmed by itself."""

    confirmed = forms.MultipleChoiceField(label="摘牌条件，逐条确认", required=False, widget=forms.CheckboxSelectMultiple)
    outcome = words("结果")

    def prepare(self):
        conditions = list(enumerate(self.row.conditions))
        self.fields["confirmed"].choices = [(str(number), one["text"]) for number, one in conditions]
        if not conditions:
            del self.fields["confirmed"]

    def clean_confirmed(self):
        return [int(number) for number in self.cleaned_data["confirmed"]]


class RecordVisit(MoveForm):
    record_text = words("接访记录（内部）")
    public = words("告诉诉求人的一句话", rows=2, help_text="诉求人会看到。写清谁来办、下一步是什么，不写他人姓名和电话。")
