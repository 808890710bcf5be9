"""事项接口的收发: what a case looks like to staff as JSON, and what each of its moves asks for."""

from rest_framework import serializers

from grievance.actions import privacy
from grievance.actions.triage import LEGAL_PATHS
from grievance.models import Case, Category


class CategoryField(serializers.SlugRelatedField):
    """类别: given by its code."""

    def __init__(self, **more):
        super().__init__(slug_field="code", queryset=Category.objects.filter(active=True, children__isnull=True), **more)


class Words(serializers.CharField):
    """文字: may be left out; whether it is needed says the action, in its own sentence."""

    def __init__(self, **more):
        super().__init__(**{"default": "", "allow_blank": True, "max_length": 5000, **more})


class CaseSummary(serializers.ModelSerializer):
    """事项: one line of a list."""

    title = serializers.SerializerMethodField()
    status_label = serializers.CharField(source="get_status_display")
    category = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()
    due_at = serializers.DateTimeField(source="promised_at")

    class Meta:
        model = Case
        fields = [
            "number", "title", "status", "status_label", "urgency", "source", "category", "round", "unit", "due_at",
            "submitted_at", "resolved_at", "ended_at",
        ]  # fmt: skip

    def get_title(self, case) -> str:
        """标题: it is made of somebody's words, so a number in it is masked."""
        return privacy.masked(case.title)

    def get_category(self, case) -> dict | None:
        """类别."""
        return {"code": case.category.code, "name": case.category.name} if case.category else None

    def get_unit(self, case) -> dict | None:
        """承办单位."""
        return {"code": case.promised_by.code, "name": str(case.promised_by)} if case.promised_by else None


class CaseDetail(CaseSummary):
    """事项: the whole of it, with the moves open to the one who reads."""

    place = serializers.SerializerMethodField()
    merged_into = serializers.SerializerMethodField()
    linked = serializers.SerializerMethodField()
    grievances = serializers.SerializerMethodField()
    events = serializers.SerializerMethodField()
    moves = serializers.SerializerMethodField()

    class Meta(CaseSummary.Meta):
        fields = [
            *CaseSummary.Meta.fields, "place", "suggestion", "waits_for_linked", "merged_into", "linked", "grievances", "events",
            "moves",
        ]  # fmt: skip

    def get_place(self, case) -> str:
        """点位."""
        return case.place.full_name if case.place else ""

    def get_merged_into(self, case) -> str | None:
        """并入事项."""
        return case.merged_into.number if case.merged_into else None

    def get_linked(self, case) -> list:
        """关联事项."""
        return [{"number": row.number, "title": privacy.masked(row.title), "status": row.status} for row in case.linked.all()]

    def get_grievances(self, case) -> list:
        """诉求: what each person said; name and number masked, and withheld where confidence was asked for."""
        return [
            {
                "number": row.number, "kind": row.kind, "address": row.address,
                "description": privacy.words_for(row.description, case, self.context["user"]),
                "submitted_at": row.submitted_at, "withdrawn": row.withdrawn_at is not None,
                "contact": self._contact(case, getattr(row, "complainant", None)),
            }
            for row in case.grievances.all()
        ]  # fmt: skip

    def _contact(self, case, complainant):
        if complainant is None:
            return None
        withheld = privacy.withheld(complainant, case, self.context["user"])
        shown = ("", "") if withheld else (complainant.masked_name, complainant.masked_phone)
        return {"name": shown[0], "phone": shown[1], "confidential": complainant.confidential}

    def get_events(self, case) -> list:
        """流转记录."""
        return [
            {"at": event.at, "kind": event.kind, "by": event.posting or event.get_voice_display(), "sentence": event.sentence}
            for event in privacy.told(case, self.context["user"])
        ]

    def get_moves(self, case) -> list:
        """可办动作."""
        return self.context["moves"]


class Nothing(serializers.Serializer):
    """无需填写."""


class Admit(serializers.Serializer):
    """受理: without a category, under the one the case carries."""

    category = CategoryField(required=False, allow_null=True, default=None)


class Classify(serializers.Serializer):
    """改类别."""

    category = CategoryField()


class Hold(serializers.Serializer):
    """请补充."""

    question = Words()


class Decline(serializers.Serializer):
    """不予受理."""

    path = serializers.ChoiceField(list(LEGAL_PATHS.items()))
    reason = Words()


class Merge(serializers.Serializer):
    """并案: into the case of this number."""

    into = serializers.CharField(max_length=24)


class Split(serializers.Serializer):
    """拆分: the grievance of this number becomes a case of its own."""

    grievance = serializers.CharField(max_length=24)


class Link(serializers.Serializer):
    """关联事项."""

    title = Words(max_length=80)
    description = Words()
    category = CategoryField(required=False, allow_null=True, default=None)
    waits = serializers.BooleanField(default=True)
