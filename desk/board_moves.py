"""公开栏的动作: from a closed matter to what anybody may read of it, by two persons; and its panel on the page of a case."""

from desk import board_forms, forms
from desk.act import Act, Chapter, Hung
from grievance.actions import board
from grievance.casework import posting_for
from grievance.models import BoardEntry, Case
from grievance.workflow import BOARD


def _beside(row, user):
    """拟公开 on a closed case to which somebody agreed; other cases cost no query."""
    if not isinstance(row, Case) or row.status != Case.Status.CLOSED or posting_for(board.DRAFT, row, user) is None:
        return []
    taken = row.board_entries.filter(status__in=BoardEntry.OPEN, round=row.round).exists()
    ready = not taken and board.agreed(row).exists() and board.is_open(row) and not board.barred(row)
    return [board.DRAFT] if ready else []


def _entries(case, user):
    """公开内容 of a closed case that the reader may see, the latest first."""
    if case.status != Case.Status.CLOSED or case.street_id not in user.scope.streets:
        return []
    rows = BoardEntry.objects.visible_to(user).filter(case=case).select_related("drafted_by", "decided_by", "community")
    found = list(rows.prefetch_related("photos__attachment").order_by("-pk"))
    for row in found:
        row.case = case
    return found


def _by_another(entry, user, at):
    return entry.drafted_by_id != user.pk


CHAPTER = Chapter(
    acts={
        ("case", "draft_board"): Act(board.draft, board_forms.DraftBoard),
        ("boardentry", "publish"): Act(board.publish, board_forms.Publish, _by_another),
        ("boardentry", "refuse"): Act(board.refuse, forms.Reason, _by_another),
        ("boardentry", "take_down"): Act(board.take_down, forms.Reason),
    },
    tables={BoardEntry: BOARD},
    loose=(board.DRAFT,),
    beside=_beside,
    hung=(Hung("desk/_board.html", _entries),),
)
