"""载入账: rows of one table by code, made to say what a file says, and a count of what that changed."""

from collections import Counter

CREATED, CHANGED, UNCHANGED = "新建", "变更", "未变"


class Tally(dict):
    """载入小结: {noun: Counter of 新建、变更、未变}."""

    def note(self, noun, outcome):
        """Count one row."""
        self.setdefault(noun, Counter())[outcome] += 1

    @property
    def quiet(self):
        """Whether nothing was created and nothing changed."""
        return not any(counts[CREATED] or counts[CHANGED] for counts in self.values())

    def lines(self):
        """One line of Chinese for each noun."""
        return [
            f"{noun}：" + "，".join(f"{word} {counts[word]}" for word in (CREATED, CHANGED, UNCHANGED))
            for noun, counts in self.items()
        ]


class Ledger:
    """载入账 of one model: two queries to begin with, then one write for each row that differs.

    `outcomes` says what became of each code, `changes` which fields were another before: {code: {field: (was, is)}}."""

    def __init__(self, model, codes, *, key="code"):
        """`codes` are those the file speaks of; others are looked up when asked for."""
        self.model, self.key = model, key
        self.rows = {getattr(row, key): row for row in model.objects.filter(**{f"{key}__in": codes})}
        self.outcomes, self.changes = {}, {}

    def put(self, code, **fields):
        """Make the row of that code say `fields`; it is created where there is none."""
        if code in self.rows:
            return self.amend(code, **fields)
        self.rows[code] = self.model.objects.create(**{self.key: code}, **fields)
        self.outcomes[code] = CREATED
        return self.rows[code]

    def amend(self, code, **fields):
        """Change what differs in a row that is there; a row created in this run counts as created."""
        row = self.rows[code]
        differing = [name for name, value in fields.items() if getattr(row, name) != value]
        for name in differing:
            self.changes.setdefault(code, {})[name] = getattr(row, name), fields[name]
            setattr(row, name, fields[name])
        if differing:
            row.save(update_fields=differing)
        if self.outcomes.get(code) != CREATED:
            was = self.outcomes.get(code, UNCHANGED)
            self.outcomes[code] = CHANGED if differing else was
        return row

    def find(self, code):
        """The row of that code, from the file or from before; None where there is none."""
        if code not in self.rows:
            found = self.model.objects.filter(**{self.key: code}).first()
            if found is None:
                return None
            self.rows[code] = found
        return self.rows[code]

    def named(self, row, key, *, required=False):
        """The row that `key` of a file row names; refused where there is no such code. None where it is left out."""
        code = row.code(key, required=required)
        found = self.find(code) if code else None
        if code and found is None:
            row.fail(f"“{key}”所指的“{code}”不存在：文件里没有，系统里也没有。", key)
        return found

    def report(self, tally, noun):
        """Hand the counts over."""
        for outcome in self.outcomes.values():
            tally.note(noun, outcome)
