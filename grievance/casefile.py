"""案卷: everything that hangs on a case, whatever app it belongs to, so that it can leave as a whole and nothing stays behind.

Found by the models' own links and not by a list of tables: one that is added later leaves with the rest."""

from dataclasses import dataclass, field
from datetime import datetime

from django.core.files.storage import default_storage
from django.db import connection, models, transaction

from grievance.casework import beijing
from grievance.models import BoardPhoto, Case, Event, Grievance
from grievance.models.event import TakenOut
from grievance.sealing import SealedTextField

APART = {(Case, "parent"), (Grievance, "first_case")}
"""Links that say where a matter or a person came from: what they point at does not take them along."""
WORDED = (models.CharField, models.TextField, models.JSONField, SealedTextField, models.DateTimeField, models.DateField)
MARKS = ("hash", "digest", "mark", "index", "sha256", "key", "token", "template", "content_type")
"""Endings of the columns that hold no words: there is nothing in them for a reader."""
NAMED = {"User", "Organisation", "Category"}
CODED = {"kind", "subject", "was", "became"}
"""Columns of the history for programs; the sentence beside them says the same."""


@dataclass
class CaseFile:
    """案卷: keys of the rows by model; the case itself is not among them, those merged into it are."""

    case: Case
    rows: dict = field(default_factory=dict)

    @classmethod
    def of(cls, case):
        """Everything that hangs on `case`, and what its neighbours' history says of it."""
        file = cls(case)
        file.gather(Case, {case.pk})
        file.rows[Case] -= {case.pk}
        return file._with_mentions()

    def gather(self, model, keys):
        """收齐: these rows, and whatever hangs on them in turn."""
        new = keys - self.rows.setdefault(model, set())
        self.rows[model] |= new
        for link in links_to(model) if new else ():
            hanging = link.model._base_manager.filter(**{f"{link.name}__in": new})
            self.gather(link.model, set(hanging.values_list("pk", flat=True)))

    def _with_mentions(self):
        """Lines of other cases that name this one or who spoke in it: where it was split, linked or merged."""
        numbers = [self.case.number, *self.of_model(Case).values_list("number", flat=True)]
        numbers += self.of_model(Grievance).values_list("number", flat=True)
        named = models.Q()
        for number in numbers:
            named |= models.Q(sentence__contains=number) | models.Q(public__contains=number)
        beside = Event.objects.filter(named, case__in=self.neighbours())
        self.rows.setdefault(Event, set()).update(beside.values_list("pk", flat=True))
        return self

    def neighbours(self):
        """相邻事项: which it came from, which came from it."""
        own = {self.case.pk, *self.rows[Case]}
        spoke = Grievance.objects.filter(models.Q(first_case__in=own) | models.Q(pk__in=self.rows.get(Grievance, ())))
        pairs = spoke.values_list("case", "first_case")
        found = {pk for pair in pairs for pk in pair} | set(Case.objects.filter(parent__in=own).values_list("pk", flat=True))
        return found | ({self.case.parent_id} if self.case.parent_id else set())

    def of_model(self, model):
        """The rows of one model, oldest first."""
        return model._base_manager.filter(pk__in=self.rows.get(model, ())).order_by("pk")

    def spare(self, rows):
        """留下: rows that stay, emptied by the caller; what hangs on them still goes."""
        self.rows[rows.model] = self.rows.get(rows.model, set()) - set(rows.values_list("pk", flat=True))

    def files(self):
        """附件与存档: (row, name of its field) for each file that hangs on the case."""
        return [
            (row, column.name)
            for model in self.rows
            for column in model._meta.fields if isinstance(column, models.FileField)
            for row in self.of_model(model) if getattr(row, column.name)
        ]  # fmt: skip

    def _drawn(self):
        """Pictures drawn anew for the public board: files that no column names."""
        return [(BoardPhoto, "name", row.path) for row in self.of_model(BoardPhoto)]

    def in_words(self, silent=()):
        """案卷文字: a line for each row that says something, for whom the file goes to; `silent` models are left out."""
        told = [model for model in self.rows if model not in silent and self.rows[model]]
        told.sort(key=lambda model: (model is not Event, model._meta.label))
        return [line for model in told for line in self._lines(model)]

    def _lines(self, model):
        rows = self.of_model(model).select_related(*(column.name for column in model._meta.fields if _names(column)))
        return [line for line in (_line(row) for row in rows) if line]

    def take_out(self, *, at):
        """移出: delete all of it; each line of history is written down as taken out first. Inside a transaction only.

        Foreign keys are checked when it ends; files go after it, where no other row has the same."""
        paths = [*self._drawn(), *((model, name, getattr(row, name).name) for row, name in self.files() for model in [type(row)])]
        TakenOut.objects.bulk_create(TakenOut(event=pk, at=at) for pk in sorted(self.rows.get(Event, ())))
        for model in [model for model, keys in self.rows.items() if keys]:
            keys = self.rows[model]
            model._base_manager.filter(pk__in=keys)._raw_delete("default")
        transaction.on_commit(lambda: [_drop(*path) for path in paths], robust=True)
        transaction.on_commit(_empty_log, robust=True)


def links_to(model):
    """连到它的: every foreign key, seen or hidden, by which a row of another model hangs on one of this."""
    relations = [one for one in model._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
    columns = [one.field for one in relations if one.one_to_many or one.one_to_one]
    return [column for column in columns if (column.model, column.name) not in APART]


def _names(column):
    return column.is_relation and column.related_model.__name__ in NAMED


def _line(row):
    told = [column for column in row._meta.fields if _names(column) or isinstance(column, WORDED)]
    coded = CODED if isinstance(row, Event) else set()
    told = [column for column in told if not column.name.endswith(MARKS) and column.name not in coded]
    pairs = [(column.verbose_name, _told(row, column)) for column in told]
    said = "；".join(f"{name}：{value}" for name, value in pairs if value)
    return f"【{row._meta.verbose_name}】{said}" if said else ""


def _told(row, column):
    shown, value = getattr(row, f"get_{column.name}_display", None), getattr(row, column.name)
    return beijing(value) if isinstance(value, datetime) else str(shown() if shown else value or "")


def _drop(model, column, path):
    if model._base_manager.filter(**{column: path}).exists():
        return
    default_storage.delete(path)
    # The PDF that was made of a paper lies beside it
    if path.endswith(".docx"):
        default_storage.delete(f"{path.removesuffix('.docx')}.pdf")


def _empty_log():
    """SQLite keeps pages as they were in its write-ahead log until that is emptied."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
