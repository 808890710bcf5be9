"""时限与时限节点: due times and the instants at which something follows, as rows; no clock lives anywhere else."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from dispatch.models.policy import Anchor

RUNNING = Q(met_at__isnull=True, dropped_at__isnull=True)


class Deadline(models.Model):
    """时限: one clock of an order, a draft, or the case itself (事项), with its start, its due time, and when it was met."""

    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="deadlines", verbose_name="事项")
    order = models.ForeignKey("dispatch.WorkOrder", models.PROTECT, null=True, related_name="deadlines", verbose_name="派工单")
    letter = models.ForeignKey("dispatch.Letter", models.PROTECT, null=True, related_name="deadlines", verbose_name="公文")
    subject = models.CharField("对象", max_length=40, blank=True, help_text="批示、吹哨、调解等的时限：类型:编号")
    unit = models.ForeignKey(
        "street.Organisation",
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name="责任单位",
        help_text="没有派工单的时限由谁负责",
    )
    anchor = models.CharField("环节", max_length=16, choices=Anchor.choices)
    limit = models.ForeignKey("dispatch.TimeLimit", models.PROTECT, related_name="+", verbose_name="时限规则")
    starts_at = models.DateTimeField("起算")
    due_at = models.DateTimeField("到期")
    # With the due time, for the clocks of orders: working time is no business of the database
    half_at = models.DateTimeField("过半", null=True)
    nearly_at = models.DateTimeField("临期", null=True)
    twice_at = models.DateTimeField("超期一倍", null=True)
    pauses = models.JSONField("挂账区间", default=list, blank=True, help_text="起、止、原到期，北京时间")
    missed_at = models.DateTimeField("曾超过的时限", null=True, help_text="批准新时限时已经超过的原时限；不因批准而抹去")
    met_at = models.DateTimeField("完成", null=True)
    dropped_at = models.DateTimeField("作废", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "时限"
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                name="order_has_one_clock_per_anchor",
                fields=["order", "anchor"],
                condition=Q(order__isnull=False) & ~Q(anchor="interim"),
            ),
            models.UniqueConstraint(
                name="order_has_one_running_interim_clock",
                fields=["order"],
                condition=Q(anchor="interim", met_at__isnull=True, dropped_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="case_has_one_running_clock_of_its_own",
                fields=["case"],
                condition=Q(anchor="matter", met_at__isnull=True, dropped_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="letter_has_one_clock_per_anchor", fields=["letter", "anchor"], condition=Q(letter__isnull=False)
            ),
            models.UniqueConstraint(
                name="subject_has_one_running_clock_per_anchor",
                fields=["case", "subject", "anchor"],
                condition=~Q(subject="") & Q(met_at__isnull=True, dropped_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="deadline_running", fields=["due_at"], condition=Q(met_at__isnull=True, dropped_at__isnull=True)),
            models.Index(
                name="deadline_unturned", fields=["id"], condition=RUNNING & Q(half_at__isnull=True, order__isnull=False)
            ),
            models.Index(name="deadline_nearly", fields=["nearly_at"], condition=RUNNING),
            models.Index(name="deadline_twice", fields=["twice_at"], condition=RUNNING),
            models.Index(
                name="deadline_reply",
                fields=["case"],
                condition=Q(anchor="reply", met_at__isnull=True, dropped_at__isnull=True),
            ),
        ]

    @property
    def breached(self):
        """超期: met late; a later approval never erases it."""
        return self.missed_at is not None or (self.met_at is not None and self.met_at > self.due_at)

    @property
    def stood_still(self):
        """挂账区间: [(from, to)] in which this clock did not run; the last one may end ahead."""
        return [(datetime.fromisoformat(row["from"]), datetime.fromisoformat(row["to"])) for row in self.pauses]

    def paused(self, at):
        """是否挂账 at the instant `at`."""
        return any(first <= at < last for first, last in self.stood_still)

    def overdue(self, at):
        """是否超期 at the instant `at`: running past its due time, met late, or given another due time only after that."""
        return self.dropped_at is None and (self.missed_at is not None or (self.met_at or at) > self.due_at)


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    def waiting(self):
        """未触发."""
        return self.filter(fired_at__isnull=True)

    def forget(self):
        """不再触发: those of these that have not fired are deleted, in one statement.

        Nothing has come of them yet, so papers and supervisions are not searched for one first; keys still forbid it."""
        return self.waiting()._raw_delete(self.db)

    def claim(self, at, size):
        """认领: up to `size` due checkpoints, locked with their cases and marked as fired; what others hold is passed over.

        Of each only `pk` and `failures`: who acts on them reads the rest afresh, after the lock."""
        due = list(
            self.waiting()
            .filter(due_at__lte=at)
            .select_for_update(skip_locked=True, no_key=True)
            .order_by("due_at", "pk")
            # The column of the case is what brings its row under the lock
            .values_list("pk", "failures", "case__status", named=True)[:size]
        )
        won = self.waiting().filter(pk__in=[row.pk for row in due]).update(fired_at=at)
        if won == len(due):
            return due
        return [row for row in due if self.filter(pk=row.pk, fired_at=at).exists()]


class Checkpoint(models.Model):
    """时限节点: the instant at which a rung of the ladder acts on a case, once."""

    # Firing rewrites the row and an entry in each of its indexes: no index that nobody reads by (the constraint serves `case`)
    case = models.ForeignKey("grievance.Case", models.PROTECT, related_name="checkpoints", db_index=False, verbose_name="事项")
    order = models.ForeignKey(
        "dispatch.WorkOrder", models.PROTECT, null=True, related_name="checkpoints", db_index=False, verbose_name="派工单"
    )
    deadline = models.ForeignKey(Deadline, models.CASCADE, null=True, related_name="checkpoints", verbose_name="时限")
    rung = models.ForeignKey("dispatch.EscalationRung", models.PROTECT, related_name="+", db_index=False, verbose_name="阶梯")
    occasion = models.CharField("缘由", max_length=60, help_text="同一缘由、同一阶梯只触发一次")
    due_at = models.DateTimeField("触发时间")
    fired_at = models.DateTimeField("已触发", null=True)
    failures = models.PositiveSmallIntegerField("失败次数", default=0)
    failure = models.CharField("失败原因", max_length=200, blank=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "时限节点"
        ordering = ["due_at", "pk"]
        constraints = [models.UniqueConstraint(name="checkpoint_once_per_occasion", fields=["case", "rung", "occasion"])]
        indexes = [
            models.Index(name="checkpoint_waiting", fields=["due_at", "id"], condition=Q(fired_at__isnull=True)),
            # Empty but for what failed: the desk's home page asks for it, and every other checkpoint is none of it
            models.Index(name="checkpoint_failed", fields=["case"], condition=Q(fired_at__isnull=True, failures__gt=0)),
        ]
