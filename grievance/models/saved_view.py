"""常用视图: a filter of the register of cases under a name, for oneself or for one's colleagues.

It lies here because it speaks of cases alone; the desk, which shows it, owns no table."""

from django.db import models
from django.db.models import Q


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user):
        """可见范围: one's own, and those shared with a street or a unit one is posted at.

        It says which filters are offered, never which cases: these are asked for anew by whoever opens the view."""
        scope = user.scope
        return self.filter(Q(owner=user) | Q(shared=True, organisation__in=scope.streets | scope.organisations))


class SavedView(models.Model):
    """常用视图: a filter as the address of the register has it, without page and without rows."""

    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=600)
    owner = models.ForeignKey("street.User", models.CASCADE, related_name="saved_views", verbose_name="保存人")
    organisation = models.ForeignKey("street.Organisation", models.CASCADE, related_name="+", verbose_name="单位")
    shared = models.BooleanField("共享给本单位", default=False)
    saved_at = models.DateTimeField("保存时间")

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "常用视图"
        ordering = ["shared", "name", "pk"]
        constraints = [models.UniqueConstraint(name="view_name_once_per_person", fields=["owner", "name"])]

    def __str__(self):
        return self.name


class FirstView(models.Model):
    """默认视图: the view with which the register opens for a person."""

    user = models.OneToOneField("street.User", models.CASCADE, related_name="first_view", verbose_name="人员")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="first_for", verbose_name="视图")

    class Meta:
        verbose_name = verbose_name_plural = "默认视图"
