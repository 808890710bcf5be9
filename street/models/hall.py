"""一站式大厅: which agencies sit in the hall of a street, always or by turns."""

from django.db import models
from django.db.models import F, Q

WEEKDAYS = "一二三四五六日"


class HallSeatQuerySet(models.QuerySet["HallSeat"]):
    def sitting(self, hall, at):
        """在席: the seats of `hall` that are manned at the local date and time `at`."""
        return self.on(hall, at.date()).filter(opens__lte=at.time(), closes__gt=at.time())

    def current(self, hall, day):
        """在册席位: those of `hall` in force on the local date `day`, whatever their weekdays."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), hall=hall, starts_on__lte=day)

    def on(self, hall, day):
        """当日席位: of `hall` on the local date `day`, in the order in which they open."""
        manned = self.current(hall, day).filter(weekdays__contains=f",{day.isoweekday()},")
        return manned.order_by("kind", "opens", "unit__path")


class HallSeat(models.Model):
    """席位: a unit's place in the hall. 常驻 sits every weekday named, 轮驻 on its own days."""

    class Kind(models.TextChoices):
        RESIDENT = "resident", "常驻"
        ROTATING = "rotating", "轮驻"
        ON_CALL = "on_call", "随叫随到"

    hall = models.ForeignKey("street.Organisation", models.PROTECT, related_name="hall_seats", verbose_name="街道")
    unit = models.ForeignKey("street.Organisation", models.PROTECT, related_name="+", verbose_name="进驻单位")
    kind = models.CharField("方式", max_length=10, choices=Kind.choices)
    weekdays = models.CharField("周几", max_length=20, help_text="如 ,1,3,5, 表示周一、三、五")
    opens = models.TimeField("自")
    closes = models.TimeField("至")
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", null=True, blank=True)

    objects = HallSeatQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "大厅席位"
        ordering = ["hall", "kind", "unit__path", "starts_on"]
        constraints = [
            models.UniqueConstraint(name="hall_seat_once", fields=["hall", "unit", "weekdays", "opens", "starts_on"]),
            models.CheckConstraint(name="hall_seat_closes_after_it_opens", condition=Q(closes__gt=F("opens"))),
        ]

    def __str__(self):
        return f"{self.unit}（{self.get_kind_display()}）"

    @property
    def days(self):
        """周一、周三…"""
        return "、".join(f"周{WEEKDAYS[int(day) - 1]}" for day in self.weekdays.strip(",").split(","))
