"""工单接口: for staff programs, by session; scoped like the pages, with the same moves and the same refusals.

Outside one's scope: 404. A move that is not open: 409, as the action says it."""

from functools import partial

from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import generics
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from dispatch import deadlines, openings, routing, serializers
from dispatch.actions import extensions, handling, mediation, petitions, returns, suspension
from dispatch.explain import explain
from dispatch.models import Anchor, Deadline, WorkOrder
from grievance.case_api import Pages, Posted
from grievance.casework import Refused
from grievance.models import Case


def orders_of(user):
    """工单 visible to `user`, with what a line of a list shows."""
    return WorkOrder.objects.visible_to(user).select_related("case", "handler")


class Orders(generics.ListAPIView):
    """GET /api/v1/orders/?status=open|<status>: by due time."""

    permission_classes = [Posted]
    pagination_class = Pages
    serializer_class = serializers.OrderSummary

    def get_queryset(self):
        """The orders asked for. Refused `status_unknown`."""
        rows, status = orders_of(self.request.user), self.request.query_params.get("status", "")
        if status == "open":
            return rows.open()
        if status and status not in WorkOrder.Status.values:
            known = "、".join(["open", *WorkOrder.Status.values])
            raise Refused("status_unknown", f"没有“{status}”这个状态，可用：{known}。", status=400)
        return rows.filter(status=status) if status else rows

    def get_serializer_context(self):
        """The instant by which lateness is told."""
        return {**super().get_serializer_context(), "at": timezone.now()}


class Order(APIView):
    """GET /api/v1/orders/<number>/."""

    permission_classes = [Posted]

    def get(self, request, number):
        """The order, with the moves open to the one who reads."""
        order = get_object_or_404(orders_of(request.user), number=number)
        return Response(described(order, request.user, timezone.now()))


class OrderClocks(APIView):
    """GET /api/v1/orders/<number>/clocks/: how each due time was counted."""

    permission_classes = [Posted]

    def get(self, request, number):
        """The order's clocks and the case's own, explained."""
        full = orders_of(request.user).select_related("case__street__parent", "case__street__calendar__base")
        order = get_object_or_404(full, number=number)
        calendar = deadlines.calendar_of(order.case.street)
        rows = Deadline.objects.filter(Q(order=order) | Q(case=order.case, anchor=Anchor.MATTER))
        rows = rows.select_related("limit__policy", "order").prefetch_related("order__extensions__decided_by")
        told = [explain(row, calendar) for row in rows.order_by("starts_at", "due_at", "pk")]
        context = {"at": timezone.now()}
        return Response({"order": order.number, "clocks": serializers.Clock(told, many=True, context=context).data})


class OrderMove(APIView):
    """POST /api/v1/orders/<number>/moves/<move>/."""

    permission_classes = [Posted]

    def post(self, request, number, move):
        """Make the move; the order as it then stands."""
        order, at = get_object_or_404(orders_of(request.user), number=number), timezone.now()
        if move not in MOVES:
            raise NotFound
        form, act = MOVES[move]
        asked = form(data=request.data)
        asked.is_valid(raise_exception=True)
        act(order, **asked.validated_data, by=request.user, at=at)
        return Response(described(WorkOrder.objects.get(pk=order.pk), request.user, at))


class Dispatch(APIView):
    """POST /api/v1/cases/<number>/moves/dispatch/: without a unit, as the duty list says."""

    permission_classes = [Posted]

    def post(self, request, number):
        """Send the case to its unit; the lead order, 201."""
        case, at = get_object_or_404(Case.objects.visible_to(request.user), number=number), timezone.now()
        asked = serializers.Dispatch(data=request.data)
        asked.is_valid(raise_exception=True)
        order = handling.dispatch(case, **_route(case, dict(asked.validated_data), at), by=request.user, at=at)
        return Response(described(order, request.user, at), status=201)


def _route(case, asked, at):
    route = routing.choose(case, at)
    if asked["to"] is None:
        if route.lead is None:
            raise Refused("unit_missing", f"{'；'.join(route.reasons)}。请指明主办单位（to）。", status=400)
        asked["to"], asked["assistants"] = route.lead, asked.get("assistants", route.assistants)
    asked["limit_class"] = asked["limit_class"] or route.limit_class
    if not asked["limit_class"]:
        raise Refused("limit_class_missing", "请指明时限等级（limit_class）。", status=400)
    asked["basis"] = asked["basis"] or (route.rule.basis if route.rule else "")
    return asked


def described(order, user, at):
    """The order in full, read afresh: what was said, the orders beside it, and what `user` may do."""
    full = WorkOrder.objects.select_related(
        "handler", "policy", "case__petition", "case__category", "case__place__parent__parent", "case__street"
    )
    beside = Prefetch("case__orders", WorkOrder.objects.select_related("handler"))
    order = full.prefetch_related(
        beside, "case__grievances", "case__mediations", "returns", "extensions", "suspensions", "policy__allowances"
    ).get(pk=order.pk)
    context = {
        "at": at,
        "said": [row for row in order.case.grievances.all() if row.withdrawn_at is None],
        "others": [row for row in order.case.orders.all() if row.pk != order.pk],
        "moves": openings.open_moves(order, user, at),
    }
    return serializers.OrderDetail(order, context=context).data


def _waiting(rows, noun):
    row = rows.filter(agreed__isnull=True).first()
    if row is None:
        raise Refused("move_not_open", f"没有待审的{noun}，可能已由他人审批。请刷新后查看。")
    return row


def _return(order, *, agreed, **more):
    returns.decide_return(_waiting(order.returns, "退单申请"), agreed=agreed, **more)


def _extension(order, **more):
    extensions.decide(_waiting(order.extensions, "延期申请"), **more)


def _suspension(order, **more):
    suspension.decide(_waiting(order.suspensions, "挂账申请"), **more)


def _open_mediation(order, **more):
    mediation.open_mediation(order.case, unit=order.handler, **more)


def _consent(order, *, party, **more):
    running = openings.open_mediation_of(order.case)
    sides = list(running.sides.all()) if running else []
    if not 0 < party <= len(sides):
        raise Refused("party_unknown", f"当事人按顺序编号，现在有 {len(sides)} 位（party 从 1 起）。", status=400)
    _end_mediation(order, how=mediation.consent, party=sides[party - 1], **more)


def _end_mediation(order, *, how, **more):
    running = openings.open_mediation_of(order.case)
    if running is None or running.unit_id != order.handler_id:
        raise Refused("move_not_open", "本单位没有正在进行的调解，可能已由他人结束。请刷新后查看。")
    how(running, **more)


MOVES = {
    "accept": (serializers.Nothing, handling.accept),
    "respond": (serializers.Respond, handling.respond),
    "add_progress": (serializers.Progress, handling.add_progress),
    "complete": (serializers.Complete, handling.complete),
    "review_pass": (serializers.Opinion, partial(handling.review, passed=True)),
    "review_reject": (serializers.Opinion, partial(handling.review, passed=False)),
    "ask_return": (serializers.Return, returns.ask_return),
    "agree_return": (serializers.Opinion, partial(_return, agreed=True)),
    "refuse_return": (serializers.Opinion, partial(_return, agreed=False)),
    "request_extension": (serializers.Extend, extensions.request),
    "decide_extension": (serializers.Verdict, _extension),
    "ask_suspension": (serializers.Suspend, suspension.ask),
    "agree_suspension": (serializers.Opinion, partial(_suspension, agreed=True)),
    "refuse_suspension": (serializers.Opinion, partial(_suspension, agreed=False)),
    "resume": (serializers.Note, suspension.resume),
    "admit_petition": (serializers.Nothing, petitions.admit),
    "notify_petitioner": (serializers.Nothing, petitions.notify_in_writing),
    "transfer": (serializers.Transfer, handling.transfer),
    "recall": (serializers.Reason, handling.recall),
    "open_mediation": (serializers.OpenMediation, _open_mediation),
    "consent": (serializers.Consent, _consent),
    "agree": (serializers.Agree, partial(_end_mediation, how=mediation.agree)),
    "fail": (serializers.Fail, partial(_end_mediation, how=mediation.fail)),
}
"""What each move asks for, and the action that makes it. 关联事项 is a move of the case: see the case interface."""
