"""工作日历表: calendars as rows; the arithmetic is street.calendar, the file format street.calendar_file."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction

from street.calendar import CalendarError, Day, Hours, WorkingCalendar, Year
from street.calendar_file import CalendarData, CalendarFileError, shipped

__all__ = ["Calendar", "CalendarDay", "CalendarHours", "CalendarYear"]

# 派单到结案最长约 90 天（信访 60 日加延期 30 日）：这么远之内的年度没有通知就该提醒
HORIZON = timedelta(days=90)

# One entry a calendar. The stamp holds the fingerprints of the content, so an entry is at worst old and passed over, never wrong
_built: dict[int, tuple[tuple[int, ...], WorkingCalendar]] = {}


class CalendarQuerySet(models.QuerySet["Calendar"]):
    def working(self, code):
        """工作日历: the WorkingCalendar of that code: the loaded one, else the one shipped with the product.

        One query when nothing changed since the last call in this process, so a batch should ask once and pass the value on.
        CalendarError `unknown_calendar`.
        """
        calendar = self.select_related("base").filter(code=code).first()
        return calendar.working() if calendar else shipped(code)

    def provisional_years(self, on: date):
        """暂定年度: [(calendar, year, sentence)] for years from `on` to 90 days later whose notice is not in."""
        years = range(on.year, (on + HORIZON).year + 1)
        return [
            (calendar, year, sentence)
            for calendar in self.select_related("base").order_by("code")
            for year in years
            if (sentence := calendar.working().provisional(year))
        ]

    @transaction.atomic
    def load(self, data: CalendarData, path=""):
        """载入日历: make the tables say what `data` says; True if anything changed. CalendarFileError when it cannot be.

        Days and years are replaced only within the years that `data` names, hours only if it names any: a file with nothing but
        next year's notice leaves the rest alone.
        """
        head = {"name": data.name, "time_zone": data.time_zone, "base": self._base_of(data, path)}
        calendar, _ = self.update_or_create(code=data.code, defaults=head)
        before = calendar.version
        calendar.replace_rows(data)
        calendar.stamp()
        return calendar.version != before

    def _base_of(self, data, path):
        if not data.base:
            return None
        base = self.filter(code=data.base).first()
        if base is None:
            raise CalendarFileError(path, 0, f"日历 {data.code} 以 {data.base} 为底，请先载入 {data.base}。")
        if base.base_id:
            raise CalendarFileError(path, 0, f"{data.base} 自己还有底 {base.base.code}，只能叠一层。")
        return base


class Calendar(models.Model):
    """工作日历: days and hours of one place, laid over a `base` (a region over the nation) or standing alone."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=200)
    time_zone = models.CharField("时区", max_length=40, default="Asia/Shanghai")
    base = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="regional",
        verbose_name="底历",
        help_text="先按底历，再按本日历",
    )
    version = models.BigIntegerField(
        "内容版本", default=0, editable=False, help_text="内容指纹，载入或改动后更新；各进程据此换用新日历"
    )

    objects = CalendarQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(name="calendar_is_not_its_own_base", condition=~models.Q(base=models.F("id"))),
        ]

    def __str__(self):
        return self.name

    def working(self):
        """工作日历: the WorkingCalendar of these rows; three queries, none while the versions stand as this object read them.

        A calendar that was never stamped (version 0) is built afresh each time. CalendarError when the hours are missing.
        """
        stamp = (self.version, self.base.version if self.base else -1)
        known = _built.get(self.pk)
        if known and known[0] == stamp:
            return known[1]
        built = self._build()
        if 0 not in stamp:
            _built[self.pk] = stamp, built
        return built

    def data(self):
        """日历数据: these rows as CalendarData, without the base; three queries."""
        return self._data(*self._rows([self.pk]))

    def stamp(self):
        """盖版本: store the fingerprint of this row and its rows; called after any change, so that every process rebuilds."""
        self.version = self.data().fingerprint()
        self.save(update_fields=["version"])

    def replace_rows(self, data: CalendarData):
        """换行: make hours, and the days and years of the years in `data`, what `data` says; rows that say so are not touched."""
        hours = {start: {"spans": spans} for start, spans in data.hours.items()}
        years = {year: row._asdict() for year, row in data.years.items()}
        days = {day: {"kind": CalendarDay.kind_of(entry), "name": entry.name} for day, entry in data.days.items()}
        if hours:
            _replace(self, self.hours.all(), "starts_on", hours)
        _replace(self, self.years.filter(year__in=data.years), "year", years)
        _replace(self, self.days.filter(date__year__in=data.years), "date", days)

    def _build(self):
        if self.base_id is None:
            return self.data().working()
        rows = self._rows([self.pk, self.base_id])
        return self._data(*rows).working(self.base._data(*rows))

    def _rows(self, calendars):
        return [list(model.objects.filter(calendar__in=calendars)) for model in (CalendarHours, CalendarDay, CalendarYear)]

    def _data(self, hours, days, years):
        return CalendarData(
            code=self.code,
            name=self.name,
            time_zone=self.time_zone,
            base=self.base.code if self.base else "",
            hours={row.starts_on: row.spans for row in hours if row.calendar_id == self.pk},
            days={row.date: row.entry for row in days if row.calendar_id == self.pk},
            years={row.year: Year(row.provisional, row.source) for row in years if row.calendar_id == self.pk},
        )


class CalendarYear(models.Model):
    """日历年度: the notice that the days of one year come from, or why they are provisional (暂定)."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="years", verbose_name="工作日历")
    year = models.PositiveSmallIntegerField("年度")
    provisional = models.BooleanField("暂定", default=True)
    source = models.CharField("依据或缘由", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "日历年度"
        ordering = ["calendar", "year"]
        constraints = [models.UniqueConstraint(name="calendar_year_once", fields=["calendar", "year"])]

    def __str__(self):
        return f"{self.year} 年{'（暂定）' if self.provisional else ''}"


class CalendarDay(models.Model):
    """特别日: a date that breaks the weekly rule: a day off (放假) or a make-up working day (调休上班)."""

    class Kind(models.TextChoices):
        OFF = "off", "放假"
        WORK = "work", "调休上班"

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="days", verbose_name="工作日历")
    date = models.DateField("日期")
    kind = models.CharField("安排", max_length=4, choices=Kind.choices)
    name = models.CharField("节日", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "特别日"
        ordering = ["calendar", "date"]
        constraints = [models.UniqueConstraint(name="calendar_day_once", fields=["calendar", "date"])]

    def __str__(self):
        return f"{self.date:%Y-%m-%d} {self.name}{self.get_kind_display()}"

    @property
    def entry(self):
        """特别日: this row as the arithmetic knows it."""
        return Day(self.kind == self.Kind.WORK, self.name)

    @classmethod
    def kind_of(cls, entry):
        """安排: the kind of a Day of the arithmetic."""
        return cls.Kind.WORK if entry.work else cls.Kind.OFF


class CalendarHours(models.Model):
    """作息时间: working periods from a day on, every year (`05-01`) or once (`2024-05-06`)."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="hours", verbose_name="工作日历")
    starts_on = models.CharField("起用日", max_length=10, help_text="05-01 每年起用，2024-05-06 只此一次")
    spans = models.CharField("时段", max_length=200, help_text="例如 10:00-14:00,16:00-20:00")

    class Meta:
        verbose_name = verbose_name_plural = "作息时间"
        ordering = ["calendar", "starts_on"]
        constraints = [models.UniqueConstraint(name="calendar_hours_once", fields=["calendar", "starts_on"])]

    def __str__(self):
        return f"{self.starts_on} 起 {self.spans}"

    def clean(self):
        """检查写法: refuse hours that the arithmetic cannot read (admin forms call this)."""
        try:
            Hours.parse(self.starts_on, self.spans)
        except CalendarError as error:
            raise ValidationError(error.message, code=error.code) from error


def _replace(calendar, rows, key, wanted):
    """Delete the rows that do not say what is wanted, insert what is missing; `wanted` is {key value: {field: value}}."""
    kept = {getattr(row, key) for row in rows if _says(row, wanted.get(getattr(row, key)))}
    rows.exclude(**{f"{key}__in": kept}).delete()
    rows.model.objects.bulk_create(
        rows.model(calendar=calendar, **{key: value}, **fields) for value, fields in wanted.items() if value not in kept
    )


def _says(row, fields):
    return fields is not None and all(getattr(row, field) == value for field, value in fields.items())
