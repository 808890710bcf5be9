"""数一数: counts that stop at a thousand and say so, several of them in one statement.

To count everything somebody may read takes longer the more there is; nobody acts on the difference between 1,001 and 400,000."""

from django.db.models import IntegerField, Subquery

from street.models import User

MOST = 1000


class Counted(Subquery):
    """(SELECT COUNT(*) FROM (rows)): how many rows a query has, as a column of another one."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def first(rows, most=MOST):
    """The first `most` + 1 of `rows`, whichever they are, and of them the key alone: one more than can be shown as a figure."""
    return rows.order_by().values("pk")[: most + 1]


def upto(rows, most=MOST):
    """At most `most` + 1: how many rows there are, counted no further; `said` puts it into words."""
    return first(rows, most).count()


def each(user, asked, most=MOST):
    """{name: how many}, each counted no further than `most` + 1 (None: to the end), one statement for all of `asked`.

    Every one is a query of its own to the database, which begins at the side where the fewest rows are; as filters of one count
    each would be asked of every row. The row that carries the columns is the reader's own."""
    rows = {f"count_{name}": Counted(first(rows, most) if most else rows.order_by().values("pk")) for name, rows in asked.items()}
    found = User.objects.filter(pk=user.pk).values(**rows).get()
    return {name: found[f"count_{name}"] for name in asked}


def said(number, most=MOST):
    """A count as people read it: 1,000+ where it was cut, else the number itself."""
    return f"{most:,}+" if number > most else str(number)
