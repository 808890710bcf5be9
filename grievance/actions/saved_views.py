"""常用视图: saved, shared, renamed, taken away. What is shared or taken from others leaves a record for who oversees the desk."""

from django.db import transaction

from grievance.actions.privacy import masked
from grievance.casework import Refused
from grievance.models import DeskRecord, FirstView, SavedView
from street.models import Role

KEEPERS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEADER})
"""Besides who made it, these may rename, withdraw and delete what is shared at their own street."""
MOST = 20
"""提案: so many views one person keeps."""
Kind = DeskRecord.Kind


def may_keep(view, user):
    """Whether `user` may rename, share, withdraw or delete a view: who made it, or who oversees where it is shared."""
    return view.owner_id == user.pk or (view.shared and view.organisation_id in user.scope.where(KEEPERS))


@transaction.atomic
def save(*, name, query, shared, posting, by, at):
    """存为视图: the present filter under a name. Refused `view_empty`, `view_name`, `view_twice`, `views_many`."""
    if not query or len(query) > SavedView._meta.get_field("query").max_length:
        raise Refused("view_empty", "请先选好条件、点“查找”，再存为视图；条件太长的，请去掉几个。", status=400)
    if by.saved_views.count() >= MOST:
        raise Refused("views_many", f"每人最多存 {MOST} 个视图，请先删去用不着的。")
    name = _named(name, by.saved_views)
    view = SavedView.objects.create(
        name=name, query=query, owner=by, organisation=posting.organisation, shared=shared, saved_at=at
    )
    if shared:
        _record(Kind.SHARE, view, by=by, posting=posting, at=at)
    return view


@transaction.atomic
def rename(view, *, name, posting, by, at):
    """改名."""
    view = _kept(view, by)
    view.name = _named(name, SavedView.objects.filter(owner=view.owner).exclude(pk=view.pk))
    view.save(update_fields=["name"])


@transaction.atomic
def share(view, *, posting, by, at):
    """共享: one's colleagues are offered the same filter; what it finds for them is only what they may see."""
    view = _kept(view, by)
    if not view.shared:
        view.shared = True
        view.save(update_fields=["shared"])
        _record(Kind.SHARE, view, by=by, posting=posting, at=at)


@transaction.atomic
def unshare(view, *, posting, by, at):
    """取消共享: it is its maker's alone again; for others it is no longer the one to begin with."""
    view = _kept(view, by)
    if view.shared:
        view.shared = False
        view.save(update_fields=["shared"])
        FirstView.objects.filter(view=view).exclude(user=view.owner).delete()
        _record(Kind.UNSHARE, view, by=by, posting=posting, at=at)


@transaction.atomic
def delete(view, *, posting, by, at):
    """删除: with a record where others were offered it."""
    view = _kept(view, by)
    if view.shared:
        _record(Kind.DELETE, view, by=by, posting=posting, at=at)
    view.delete()


@transaction.atomic
def begin_with(view, *, posting, by, at):
    """设为默认: the register opens with this view; None takes it off."""
    FirstView.objects.filter(user=by).delete()
    if view is not None:
        FirstView.objects.create(user=by, view=view)


def _kept(view, by):
    view = SavedView.objects.select_for_update().select_related("organisation").filter(pk=view.pk).first()
    if view is None:
        raise Refused("view_gone", "这个视图刚刚已被删除，请刷新页面。")
    if not may_keep(view, by):
        raise Refused("not_yours", f"视图“{view}”由{view.owner}保存，只有本人或督办员、值班长可以改。", status=403)
    return view


def _named(name, others):
    name = " ".join(name.split())
    if not 0 < len(name) <= SavedView._meta.get_field("name").max_length:
        raise Refused("view_name", "请给视图起一个 20 个字以内的名称。", status=400)
    if masked(name) != name:
        raise Refused("number_in_view", "名称里有电话号码，请改一个。", status=400)
    if others.filter(name=name).exists():
        raise Refused("view_twice", f"您已有一个叫“{name}”的视图，请换个名称。")
    return name


def _record(kind, view, *, by, posting, at):
    DeskRecord.objects.create(
        kind=kind, by=by, posting=str(posting), organisation=view.organisation, at=at, about=f"视图“{view.name}”"
    )
