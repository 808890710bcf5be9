"""接访安排: days on which a leader receives, who has booked, and the form that arranges another."""

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from desk.doors import for_roles, page
from desk.forms import instant
from dispatch.actions import receptions
from dispatch.eye import LEADERS
from dispatch.models import Reception, ReceptionSlot
from grievance.casework import Refused
from grievance.wake import wake
from street.models import STREET_ROLES, UNIT_ROLES, Organisation, Posting, Role

ARRANGERS = STREET_ROLES | {Role.COMMUNITY_SECRETARY}
PAST_SHOWN = 10


class Arrange(forms.Form):
    """安排接访日: a leader at his or her own organisation; the place in words."""

    post = forms.ChoiceField(label="接访领导")
    where = forms.CharField(label="地点", max_length=120)
    starts_at = instant("自（北京时间）")
    ends_at = instant("至（北京时间）")
    minutes = forms.IntegerField(label="每人分钟", initial=20, min_value=5, max_value=120)

    def __init__(self, *args, user, at, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.posts = {str(post.pk): post for post in _posts(user, at)}
        self.fields["post"].choices = [("", "请选择"), *((key, f"{post} {post.user}") for key, post in self.posts.items())]
        for name in ("starts_at", "ends_at"):
            self.fields[name].required = True

    def clean_post(self):
        """The posting that was chosen."""
        return self.posts[self.cleaned_data["post"]]


def _posts(user, at):
    """任职 of those who may receive, at the organisations for which this person may arrange."""
    scope = user.scope
    near = Q(organisation__in=scope.streets) | Q(organisation__parent__in=scope.streets)
    own = Q(organisation__in=scope.where({Role.COMMUNITY_SECRETARY}))
    posts = Posting.objects.current(timezone.localdate(at)).filter(near | own, role__in=LEADERS)
    posts = posts.exclude(Q(role=Role.COMMUNITY_SECRETARY) & ~Q(organisation__kind=Organisation.Kind.COMMUNITY))
    return [post for post in posts.select_related("user", "organisation") if receptions.may_arrange(user, post.organisation)]


@for_roles(ARRANGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def days(request):
    """接访安排: what lies ahead, what was, and one more."""
    at = timezone.now()
    form = Arrange(request.POST if request.method == "POST" else None, user=request.user, at=at)
    if not form.is_valid():
        return _page(request, form, at, status=400 if form.is_bound else 200)
    chosen = dict(form.cleaned_data)
    post = chosen.pop("post")
    try:
        row = receptions.arrange(post.organisation, leader=post.user, **chosen, by=request.user, at=at)
    except Refused as refusal:
        return _page(request, form, at, problem=refusal.message, status=refusal.status)
    messages.success(request, f"{row}已安排，居民可以在查询页预约。")
    return redirect("desk:receptions")


def _page(request, form, at, *, problem="", status=200):
    slots = ReceptionSlot.objects.exclude(status=ReceptionSlot.Status.CANCELLED).select_related("case", "grievance")
    rows = Reception.objects.visible_to(request.user).select_related("organisation", "leader")
    rows = rows.prefetch_related(Prefetch("slots", slots.filter(_readable(request.user)), "given"), "slots")
    ahead = Q(ends_at__gt=at, cancelled_at__isnull=True)
    context = {
        "title": "接访", "form": form, "problem": problem, "arranges": bool(form.posts),
        "ahead": [_day(row) for row in rows.filter(ahead).order_by("starts_at")],
        "past": [_day(row) for row in rows.exclude(ahead).order_by("-starts_at")[:PAST_SHOWN]],
    }  # fmt: skip
    return page(request, "desk/receptions.html", context, status=status)


def _readable(user):
    """Which visits name their matter here: those of matters that this person may read."""
    scope = user.scope
    return Q(case__street__in=scope.streets) | Q(case__units__organisation__in=scope.where(UNIT_ROLES))


def _day(row):
    taken = sum(slot.status != ReceptionSlot.Status.CANCELLED for slot in row.slots.all())
    return row, taken, len(receptions.times_of(row)), list({slot.pk: slot for slot in row.given}.values())


@for_roles(ARRANGERS)
@require_POST
def call_off(request, pk):
    """取消接访日: with the reason, which those who booked read."""
    row = get_object_or_404(Reception.objects.visible_to(request.user), pk=pk)
    receptions.call_off(row, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now())
    wake("grievance.tasks.deliver")
    messages.success(request, f"{row}已取消，已预约的人会收到通知。")
    return redirect("desk:receptions")
