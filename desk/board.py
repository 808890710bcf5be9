"""公开栏登记: matters that somebody agreed to show and nobody has written up, what waits for approval, and what is shown."""

from django.db.models import Exists, OuterRef
from django.views.decorators.http import require_safe

from desk.doors import for_roles, page
from desk.ways import BOARD_ROLES
from grievance.models import BoardConsent, BoardEntry, Case, PublicPage

MOST = 100
S = BoardEntry.Status


@for_roles(BOARD_ROLES)
@require_safe
def register(request):
    """公开栏登记 of one's streets; what is done is done on the page of the case."""
    user = request.user
    rows = BoardEntry.objects.visible_to(user).select_related("case", "community", "drafted_by", "decided_by")
    context = {
        "title": "公开栏", "agreed": agreed(user), "drafts": rows.filter(status=S.DRAFT).order_by("drafted_at")[:MOST],
        "shown": rows.live().order_by("-decided_at")[:MOST], "pages": pages(user),
    }  # fmt: skip
    return page(request, "desk/board.html", context)


def agreed(user):
    """已同意、待拟稿: closed matters with a consent since they were resolved and no open entry, the oldest first."""
    consents = BoardConsent.objects.filter(grievance__case=OuterRef("pk"), at__gte=OuterRef("resolved_at"))
    entries = BoardEntry.objects.filter(case=OuterRef("pk"), round=OuterRef("round"))
    cases = Case.objects.visible_to(user).filter(
        Exists(consents), ~Exists(entries), status=Case.Status.CLOSED, category__board=True,
        place__community__public_page__board=True,
    )  # fmt: skip
    return cases.select_related("category", "place__community").order_by("ended_at")[:MOST]


def pages(user):
    """开通的公开栏 of one's streets."""
    rows = PublicPage.objects.filter(community__parent__in=user.scope.streets, board=True).select_related("community")
    return rows.order_by("community__path")
