"""人员与任职: who a person is, and the posts held, dated, perhaps acting for another."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q


class Role(models.TextChoices):
    """角色: what a posting allows its holder to do; where, says the posting's organisation."""

    GRID_WORKER = "grid_worker", "网格员"
    HANDLER = "handler", "承办人"
    UNIT_HEAD = "unit_head", "单位负责人"
    COMMUNITY_SECRETARY = "community_secretary", "社区书记"
    DISPATCHER = "dispatcher", "研判派单员"
    SHIFT_LEADER = "shift_leader", "值班长"
    SUPERVISOR = "supervisor", "督办员"
    CALLER = "caller", "回访员"
    LIAISON = "liaison", "联络员"
    REGISTRAR = "registrar", "登记员"
    STREET_LEADER = "street_leader", "分管领导"
    STREET_SECRETARY = "street_secretary", "街道党工委书记"
    DISTRICT_SECRETARY = "district_secretary", "区委书记"
    DISTRICT_SUPERVISION = "district_supervision", "区委督查室"
    DISCIPLINE = "discipline", "纪工委"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计员"


UNIT_ROLES = frozenset({Role.GRID_WORKER, Role.HANDLER, Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY})
"""Roles that see the matters their own organisation has been told of."""

STREET_ROLES = frozenset(
    {
        Role.DISPATCHER,
        Role.SHIFT_LEADER,
        Role.SUPERVISOR,
        Role.CALLER,
        Role.LIAISON,
        Role.REGISTRAR,
        Role.STREET_LEADER,
        Role.STREET_SECRETARY,
    }
)
"""Roles that see every ordinary matter of their street."""

DISTRICT_ROLES = frozenset({Role.DISTRICT_SECRETARY, Role.DISTRICT_SUPERVISION})
"""Roles that see what was proposed to the district, and nothing else of a street."""

ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


def mixed(roles):
    """三权不分: whether one person would hold two kinds of administration, or one beside a working role."""
    return len(roles & ADMIN_ROLES) > 1 or bool(roles & ADMIN_ROLES and roles - ADMIN_ROLES)


class User(AbstractUser):
    """人员: a member of staff; residents have no account."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=60, blank=True)
    phone = models.CharField("工作电话", max_length=30, blank=True)
    must_change = models.BooleanField("首次密码待改", default=False, editable=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = verbose_name_plural = "人员"

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)

    @property
    def scope(self):
        """范围: what the posts held show; RuntimeError where no edge has called `street.scope.stand`."""
        try:
            return self._scope
        except AttributeError:
            raise RuntimeError("street.scope.stand(user, at) must be called before user.scope is read") from None

    @scope.setter
    def scope(self, value):
        self._scope = value


class PostingQuerySet(models.QuerySet["Posting"]):
    def current(self, on):
        """在任: postings that hold on the local date `on`."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


class Posting(models.Model):
    """任职: a person holds a role at an organisation for a time, in their own right or acting for another."""

    user = models.ForeignKey(User, models.PROTECT, related_name="postings", verbose_name="人员")
    organisation = models.ForeignKey("street.Organisation", models.PROTECT, related_name="postings", verbose_name="单位")
    role = models.CharField("角色", max_length=24, choices=Role.choices)
    title = models.CharField("职务", max_length=60, blank=True)
    grid = models.ForeignKey("street.Grid", models.PROTECT, null=True, blank=True, related_name="postings", verbose_name="网格")
    acting_for = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="deputies", verbose_name="代行")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["organisation__path", "role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="posting_ends_after_it_starts", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            models.UniqueConstraint(name="posting_once_per_role_and_start", fields=["user", "organisation", "role", "starts_on"]),
        ]

    def __str__(self):
        title = self.title or self.get_role_display()
        return f"{self.organisation}{title}" + ("（代）" if self.acting_for_id else "")
