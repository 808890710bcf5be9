"""提交计数: how often an address has submitted within one window, so that every process counts alike."""

from django.db import connection, models

# One statement, so that two processes can never both read the old count. Both databases know this form.
COUNT_ONE_MORE = """
INSERT INTO grievance_intakecount (address_index, window_start, count) VALUES (%s, %s, 1)
ON CONFLICT (address_index, window_start) DO UPDATE SET count = grievance_intakecount.count + 1
RETURNING count
"""


class IntakeCountManager(models.Manager["IntakeCount"]):
    def one_more(self, address_index, window_start):
        """Count a submission; the number of them in this window, this one included."""
        with connection.cursor() as cursor:
            start = connection.ops.adapt_datetimefield_value(window_start)
            cursor.execute(COUNT_ONE_MORE, [address_index, start])
            return cursor.fetchone()[0]


class IntakeCount(models.Model):
    """提交计数: the address is kept as a blind index and only for a window or two: it limits, it does not record."""

    address_index = models.CharField("地址盲索引", max_length=64)
    window_start = models.DateTimeField("窗口起点", db_index=True)
    count = models.PositiveIntegerField("次数", default=0)

    objects = IntakeCountManager()

    class Meta:
        verbose_name = verbose_name_plural = "提交计数"
        constraints = [models.UniqueConstraint(name="intake_count_once_per_window", fields=["address_index", "window_start"])]
