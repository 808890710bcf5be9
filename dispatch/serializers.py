"""工单接口的收发: what a work order looks like as JSON, and what each move asks for."""

from rest_framework import serializers

from dispatch.actions.mediation import NONE, WILLING
from dispatch.models import Mediation, OrderReturn, Suspension, WorkOrder
from grievance.actions import privacy
from grievance.case_serializers import Words
from street.models import Organisation


class UnitField(serializers.SlugRelatedField):
    """单位: given by its code."""

    def __init__(self, **more):
        super().__init__(slug_field="code", queryset=Organisation.objects.filter(active=True), **more)


class OrderSummary(serializers.ModelSerializer):
    """工单: one line of a list."""

    case = serializers.CharField(source="case.number")
    title = serializers.SerializerMethodField()
    urgency = serializers.CharField(source="case.urgency")
    status_label = serializers.CharField(source="get_status_display")
    handler = serializers.SerializerMethodField()
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = WorkOrder
        fields = [
            "number", "case", "title", "urgency", "status", "status_label", "lead", "designated", "handler", "round",
            "limit_class", "dispatched_at", "accept_due_at", "contact_due_at", "due_at", "overdue",
        ]  # fmt: skip

    def get_handler(self, order) -> dict:
        """承办单位."""
        return {"code": order.handler.code, "name": str(order.handler)}

    def get_title(self, order) -> str:
        """标题: it is made of somebody's words, so a number in it is masked."""
        return privacy.masked(order.case.title)

    def get_overdue(self, order) -> bool:
        """超期: not done by its time, or done after it; nothing is said of an order that was taken away."""
        counts = order.status in (*WorkOrder.OPEN, WorkOrder.Status.DONE)
        return counts and (order.missed_at is not None or (order.completed_at or self.context["at"]) > order.due_at)


class OrderDetail(OrderSummary):
    """工单: the whole of it, with the moves open to the one who reads."""

    place = serializers.SerializerMethodField()
    category = serializers.SerializerMethodField()
    said = serializers.SerializerMethodField()
    others = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta(OrderSummary.Meta):
        fields = [
            *OrderSummary.Meta.fields, "basis", "demand", "accepted_at", "contacted_at", "completed_at", "ended_at",
            "public_answer", "internal_record", "place", "category", "said", "others", "moves",
        ]  # fmt: skip

    def get_place(self, order) -> str:
        """点位."""
        return order.case.place.full_name if order.case.place else ""

    def get_category(self, order) -> dict | None:
        """类别."""
        category = order.case.category
        return {"code": category.code, "name": category.name} if category else None

    def get_said(self, order) -> list:
        """所说: what each person said, without a name or a number."""
        return [
            {"number": row.number, "kind": row.kind, "description": privacy.masked(row.description), "address": row.address}
            for row in self.context["said"]
        ]

    def get_others(self, order) -> list:
        """同案工单: what the other units were asked for; a supporting unit sees who leads."""
        return [
            {"number": row.number, "handler": str(row.handler), "lead": row.lead, "status": row.status}
            for row in self.context["others"]
        ]

    def get_moves(self, order) -> list:
        """可办动作."""
        return [move.name for move in self.context["moves"]]


class Stretch(serializers.Serializer):
    """一段: days that count alike, or are skipped for the same reason."""

    first = serializers.DateField()
    last = serializers.DateField()
    counted = serializers.CharField()
    counts = serializers.BooleanField()
    reason = serializers.CharField()
    hours = serializers.CharField()


class Clock(serializers.Serializer):
    """一个时限, explained."""

    anchor = serializers.CharField(source="deadline.anchor")
    step = serializers.CharField(source="deadline.get_anchor_display")
    starts_at = serializers.DateTimeField(source="deadline.starts_at")
    due_at = serializers.DateTimeField(source="deadline.due_at")
    met_at = serializers.DateTimeField(source="deadline.met_at")
    dropped_at = serializers.DateTimeField(source="deadline.dropped_at")
    missed_at = serializers.DateTimeField(source="deadline.missed_at")
    overdue = serializers.SerializerMethodField()
    policy = serializers.CharField()
    row = serializers.CharField()
    basis = serializers.CharField()
    stretches = Stretch(many=True)
    changes = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())

    def get_overdue(self, told) -> bool:
        """超期."""
        return told.deadline.overdue(self.context["at"])


class Nothing(serializers.Serializer):
    """无需填写."""


class Respond(serializers.Serializer):
    """首次联系."""

    note = Words()


class Progress(serializers.Serializer):
    """办理进展."""

    text = Words()
    public = serializers.BooleanField(default=False)


class Complete(serializers.Serializer):
    """办结: what the resident is told, and what was done."""

    public_answer = Words()
    internal_record = Words()


class Opinion(serializers.Serializer):
    """意见."""

    opinion = Words()


class Verdict(Opinion):
    """审批."""

    agreed = serializers.BooleanField()


class Return(serializers.Serializer):
    """退单."""

    reason = serializers.ChoiceField(OrderReturn.Reason.choices)
    basis = Words()
    suggested = UnitField(required=False, allow_null=True, default=None)


class Extend(serializers.Serializer):
    """申请延期."""

    days = serializers.IntegerField(min_value=1, max_value=365)
    reason = Words()


class Suspend(serializers.Serializer):
    """申请挂账."""

    reason = serializers.ChoiceField(Suspension.Reason.choices)
    words = Words()
    review_at = serializers.DateTimeField()


class Note(serializers.Serializer):
    """说明."""

    note = Words()


class Reason(serializers.Serializer):
    """理由."""

    reason = Words()


class Transfer(Reason):
    """转派."""

    to = UnitField()


class OpenMediation(serializers.Serializer):
    """开始调解."""

    parties = Words()
    helpers = Words(max_length=120)
    willing = serializers.ChoiceField(choices=list(WILLING), default=NONE)


class Consent(serializers.Serializer):
    """记录意愿: `party` counts the sides from 1, in the order in which they were named."""

    party = serializers.IntegerField(min_value=1)
    agreed = serializers.BooleanField()
    note = Words()


class Agree(serializers.Serializer):
    """达成协议."""

    agreement = Words()
    facts = Words()
    form = serializers.ChoiceField(choices=Mediation.Form.choices, default=Mediation.Form.WRITTEN)
    perform_by = serializers.DateField(required=False, allow_null=True, default=None)
    record_text = Words()


class Fail(serializers.Serializer):
    """调解未果."""

    record_text = Words()
    ways_left = Words()


class Dispatch(serializers.Serializer):
    """派单: without `to`, the unit, its assistants and the limits come from the duty list."""

    to = UnitField(required=False, allow_null=True, default=None)
    assistants = UnitField(many=True, required=False)
    limit_class = Words(max_length=8)
    basis = Words(max_length=200)
    demand = Words()
    designated = serializers.BooleanField(default=False)
