"""事项接口: for staff programs, by session; scoped like the pages, with the same moves and the same refusals.

派单 of a case is answered by the work's own interface, at the same kind of address."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import generics, permissions
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response
from rest_framework.views import APIView

from grievance import case_serializers as serializers
from grievance import counting
from grievance.actions import triage
from grievance.casework import Refused
from grievance.models import Case, Urgency
from grievance.workflow import CASE


class Posted(permissions.BasePermission):
    """有任职: signed in is not enough; somebody without a post that shows matters is refused, not shown an empty list."""

    def has_permission(self, request, view):
        """Whether a current posting shows any matter."""
        scope = request.user.scope if request.user.is_authenticated else None
        return bool(scope and (scope.streets or scope.organisations))


class Pages(LimitOffsetPagination):
    """分页: 50 a page, 200 at most. Counted to a thousand: beyond it `count` is null and `at_least` says 1000."""

    default_limit, max_limit = 50, 200

    def paginate_queryset(self, queryset, request, view=None):
        """The rows of the page; one more is read, which tells whether another page follows."""
        self.request, self.limit, self.offset = request, self.get_limit(request), self.get_offset(request)
        self.found = counting.upto(queryset)
        rows = list(queryset[self.offset : self.offset + self.limit + 1]) if self.found else []
        # What the links to the pages beside this one are made from
        self.count = self.offset + len(rows)
        return rows[: self.limit]

    def get_paginated_response(self, data):
        """The page with its links; a count that was cut is not given as a number."""
        cut = self.found > counting.MOST
        figures = {"count": None, "at_least": counting.MOST} if cut else {"count": self.found}
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        return Response({**figures, **links, "results": data})


def cases_of(user):
    """事项 visible to `user`, with what a line of a list shows."""
    return Case.objects.visible_to(user).select_related("category", "promised_by").order_by("-submitted_at", "-pk")


class Cases(generics.ListAPIView):
    """GET /api/v1/cases/?status=open|<status>: the newest first."""

    permission_classes = [Posted]
    pagination_class = Pages
    serializer_class = serializers.CaseSummary

    def get_queryset(self):
        """The cases asked for. Refused `status_unknown`."""
        rows, status = cases_of(self.request.user), self.request.query_params.get("status", "")
        if status == "open":
            return rows.open()
        if status and status not in Case.Status.values:
            known = "、".join(["open", *Case.Status.values])
            raise Refused("status_unknown", f"没有“{status}”这个状态，可用：{known}。", status=400)
        return rows.filter(status=status) if status else rows


class OneCase(APIView):
    """GET /api/v1/cases/<number>/."""

    permission_classes = [Posted]

    def get(self, request, number):
        """The case, with the moves open to the one who reads."""
        case = get_object_or_404(cases_of(request.user), number=number)
        return Response(described(case, request.user))


class CaseMove(APIView):
    """POST /api/v1/cases/<number>/moves/<move>/."""

    permission_classes = [Posted]

    def post(self, request, number, move):
        """Make the move; the case as it then stands."""
        case = get_object_or_404(cases_of(request.user), number=number)
        form, act = MOVES[move]
        asked = form(data=request.data)
        asked.is_valid(raise_exception=True)
        act(case, **asked.validated_data, by=request.user, at=timezone.now())
        return Response(described(case, request.user))


def described(case, user):
    """The case in full, read afresh, with what `user` may do."""
    full = Case.objects.select_related("category", "promised_by", "merged_into", "place__parent__parent")
    case = full.prefetch_related("grievances__complainant", "linked", "events").get(pk=case.pk)
    return serializers.CaseDetail(case, context={"user": user, "moves": moves_of(case, user)}).data


def moves_of(case, user):
    """可办动作: names that can be posted to, without those that would be refused all the same."""
    idle = {
        "split": len(case.grievances.all()) < 2,
        "mark_urgent": case.urgency == Urgency.URGENT,
        "dispatch": case.promised_by_id is not None,
    }
    posted_to = {*MOVES, "dispatch"}
    return [move.name for move in CASE.open_to(case, user) if move.name in posted_to and not idle.get(move.name, False)]


def _merge(case, *, into, by, at):
    # A number that is not visible is answered like one that does not exist
    other = Case.objects.visible_to(by).filter(number=into).first()
    if other is None:
        raise Refused("case_unknown", f"没有找到事项 {into}，请核对编号。", status=400)
    triage.merge(case, into=other, by=by, at=at)


def _split(case, *, grievance, by, at):
    said = case.grievances.filter(number=grievance).first()
    if said is None:
        raise Refused("grievance_unknown", f"事项 {case.number} 里没有诉求 {grievance}，请核对编号。", status=400)
    triage.split(said, by=by, at=at)


MOVES = {
    "admit": (serializers.Admit, triage.admit),
    "hold": (serializers.Hold, triage.hold),
    "unhold": (serializers.Nothing, triage.unhold),
    "decline": (serializers.Decline, triage.decline),
    "classify": (serializers.Classify, triage.classify_as),
    "mark_urgent": (serializers.Nothing, triage.mark_urgent),
    "merge": (serializers.Merge, _merge),
    "split": (serializers.Split, _split),
    "link": (serializers.Link, triage.link),
}
"""What each move asks for, and the action that makes it."""
