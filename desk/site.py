"""后台站点: the one admin site; its home page is the desk's queues, what is open there follows from posts."""

from functools import update_wrapper

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from desk import queues
from desk.doors import MATTERS
from desk.ways import ways
from dispatch.models import Checkpoint, PolicyText
from grievance.models import Notice
from street.models import STREET_ROLES, Calendar, Role, User

NOTICES = 8
FAILING = 3
"""A notice that could not be sent so many times is shown to the desk."""


class DeskSite(AdminSite):
    """说事直通车后台."""

    site_title = site_header = "说事直通车"
    index_title = "工作台"
    index_template = "desk/index.html"
    enable_nav_sidebar = False
    site_url = None

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only classes that ask the posts are let in: those of frameworks ask permissions that nobody here is given."""
        if getattr(admin_class, "asks_posts", False):
            super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view, cacheable=False):
        """Signed in without being staff: 403, and not the sign-in page again."""
        guarded = super().admin_view(view, cacheable)

        def asked(request, *args, **kwargs):
            inside = request.path != reverse("admin:logout", current_app=self.name)
            if inside and request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return update_wrapper(asked, view)

    def each_context(self, request):
        """Adds the ways through the desk that are open to this person."""
        return {**super().each_context(request), "ways": ways(request)}

    def password_change(self, request, extra_context=None):
        """修改密码: whoever chose one has no first password any more."""
        response = super().password_change(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            User.objects.filter(pk=request.user.pk).update(must_change=False)
        return response

    def index(self, request, extra_context=None):
        """工作台: queues with their counts, and what the machine could not do by itself."""
        at = timezone.now()
        posts = list(dict.fromkeys(map(str, request.user.scope.postings)))
        more = {
            "posts": posts, "queues": queues.counts(request.user, at), "warnings": warnings(request.user, at), "now": at,
            "notices": notices(request.user),
        }  # fmt: skip
        return super().index(request, {**more, **(extra_context or {})})


def notices(user):
    """最近通知 addressed to the person, their unit or their role; of what rings again and again, the last alone."""
    if not user.scope.roles & MATTERS:
        return []
    newest = Notice.objects.visible_to(user).select_related("case").order_by("-created_at", "-pk")[: NOTICES * 4]
    last: dict = {}
    for notice in newest:
        last.setdefault((notice.case_id or -notice.pk, notice.kind), notice)
    return list(last.values())[:NOTICES]


def overdue_policies(streets, at):
    """到时没有生效的政策: versions whose instant has passed and that the tables could not be made to say."""
    here = Q(street__in=streets) | Q(street__isnull=True)
    return list(PolicyText.objects.scheduled().filter(here, effective_from__lte=at).exclude(problem=""))


def warnings(user, at):
    """提醒: provisional calendars, checkpoints that failed, notices that cannot be sent; for the desk alone."""
    if not user.scope.roles & (STREET_ROLES | {Role.SYSTEM_ADMIN}):
        return []
    streets = user.scope.streets
    found = [f"{name}：{sentence}" for name, _, sentence in Calendar.objects.provisional_years(timezone.localdate(at))]
    stuck = Checkpoint.objects.waiting().filter(failures__gt=0, case__street__in=streets).count()
    unsent = Notice.objects.filter(sent_at__isnull=True, attempts__gte=FAILING, case__street__in=streets).count()
    found += [f"政策{text}到时没有生效，现行版照常：{text.problem}" for text in overdue_policies(streets, at)]
    if stuck:
        found.append(f"有 {stuck} 个到期节点没有执行成功，系统会再试；请系统管理员查看日志。")
    if unsent:
        found.append(f"有 {unsent} 条通知多次没有发出，请改用电话告知。")
    return found
