"""恢复单独办理: what was merged comes apart again, as long as it can still be told whose is whose."""

from django.db import transaction
from django.db.models import Q

from grievance.casework import Refused, event_for, lock_two, notice_for, notify
from grievance.models import Attachment, Case, Event, Grievance, Notice, Remark, SearchText
from grievance.workflow import CASE, OPEN


@transaction.atomic
def unmerge(case, *, by, at):
    """恢复单独办理: the merged case stands on its own again, in the queue, with the grievances that it brought along.

    Its orders were closed by the merger and stay so: it is studied and sent anew. Refused `move_not_open`, `cannot_unmerge`."""
    CASE.check("unmerge", case, by=by, at=at)
    newer, older = lock_two(case, case.merged_into)
    CASE.check("unmerge", newer, by=by, at=at)
    if why := in_the_way(newer, older):
        raise Refused("cannot_unmerge", f"事项 {newer.number} 不能恢复单独办理：{why}")
    moved = list(brought(newer, older))
    posting = CASE.apply(
        "unmerge", newer, by=by, at=at, merged_into=None, ended_at=None, recount=True,
        sentence=f"从事项 {older.number} 分出，恢复单独办理，{len(moved)} 件诉求随之转回。",
    ).posting  # fmt: skip
    _move_back(newer, older, moved)
    older.recount = True
    older.save(update_fields=["recount"])
    _tell(newer, older, moved, posting, by=by, at=at)
    return newer


def in_the_way(newer, older):
    """为什么分不开, as a sentence; empty where it can be told whose is whose."""
    if older.status not in OPEN:
        return f"事项 {older.number} 已是“{older.get_status_display()}”，回访和答复已按一件办理。如还要办，请另行登记。"
    if newer.events.filter(kind="case.link").exists():
        return "它名下有关联事项，并案时已一起转走，分不清哪些该转回。请在事项页把要分开的诉求逐件拆分。"
    merged = newer.events.filter(kind="case.merge").order_by("-pk").first()
    if merged is None or older.events.filter(kind="case.rework", at__gte=merged.at).exists():
        return "并案之后已经办结、重办过一轮，诉求人的回访已按一件办理。请把要分开的诉求逐件拆分。"
    returning = brought(newer, older).count()
    if returning == 0:
        return f"它的诉求已经不在事项 {older.number} 里了。"
    if returning == older.grievances.count():
        return f"分出之后事项 {older.number} 里就没有诉求了。"
    return ""


def brought(newer, older):
    """随并案转入的诉求 that still lie in the case that leads on."""
    absorbed = Event.objects.filter(case=older, kind="case.absorb", subject=f"case:{newer.pk}").values("grievance")
    return Grievance.objects.filter(case=older, pk__in=absorbed).order_by("pk")


def _move_back(newer, older, moved):
    # Files of staff's own remarks went along with the rest; the remarks themselves never left
    theirs = Q(grievance__in=moved) | Q(remark__case=newer)
    Attachment.objects.filter(theirs, case=older).update(case=newer)
    for related in (Remark, Notice):
        related.objects.filter(case=older, grievance__in=moved).update(case=newer)
    Grievance.objects.filter(pk__in=[row.pk for row in moved]).update(case=newer)
    SearchText.objects.forget(newer, older)


def _tell(newer, older, moved, posting, *, by, at):
    public = "您反映的事项恢复单独办理，您的查询码、进展通知和回访照旧。"
    rows = [event_for(newer, "case.returned", at=at, by=by, subject=older, grievance=row, public=public,
                      sentence=f"诉求 {row.number} 由事项 {older.number} 转回。") for row in moved]  # fmt: skip
    rows.append(event_for(older, "case.released", at=at, by=by, subject=newer,
                          sentence=f"事项 {newer.number} 恢复单独办理，{len(moved)} 件诉求转出。"))  # fmt: skip
    for row in rows:
        row.posting = posting
    Event.objects.bulk_create(rows)
    if older.status == Case.Status.IN_HANDLING and older.promised_by_id:
        text = f"事项 {older.number} 中有 {len(moved)} 件诉求分出，另行办理；其余照常办理。"
        notify(notice_for(f"released:{newer.pk}:{at:%s}", "support", older, text, at=at, organisation=older.promised_by))
