"""时令: what comes back each year at a known day and is better prepared than handled. Which, and when, is data of the office."""

from dataclasses import dataclass
from datetime import date, timedelta

KNOWN = {"name", "on", "days", "before", "categories"}


def shipped():
    """随产品的时令 (domain §5, 预判季节性问题): heating begins on 10 October, ice falls in spring."""
    return [
        {"name": "供暖开始", "on": "10-10", "days": 30, "before": 14, "categories": ["B1", "B2"]},
        {"name": "春季化冻", "on": "03-01", "days": 45, "before": 14, "categories": ["J3"]},
    ]


@dataclass(frozen=True)
class Season:
    """一个时令 of one year: from `first` to `last`, to be told of from `tell` on."""

    name: str
    first: date
    last: date
    tell: date
    categories: tuple

    @property
    def a_year_before(self):
        """(first, last) of the same season the year before."""
        return _moved(self.first, -1), _moved(self.last, -1)


def ahead(rows, today):
    """快到的时令: those that are to be told of and have not begun on `today`, each as a Season."""
    found = [_season(row, year) for row in rows for year in (today.year, today.year + 1)]
    return [season for season in found if season.tell <= today < season.first]


def fault_in(rows):
    """Why such rows cannot be read, in Chinese; "" where they can."""
    if not isinstance(rows, list):
        return "时令要写成一个列表。"
    for row in rows:
        try:
            readable = set(row) == KNOWN and row["name"] and 0 < row["days"] <= 180 and 0 < row["before"] <= 90
            _season(row, 2023)
        except (TypeError, ValueError, KeyError):
            readable = False
        if (
            not readable
            or not isinstance(row["categories"], list)
            or not all(isinstance(code, str) for code in row["categories"])
        ):
            return (
                "每个时令要写明 name、on（如 10-10）、days（1 到 180 天）、before（提前 1 到 90 天）和 categories（类别代码）。"
            )
    return ""


def _season(row, year):
    first = date.fromisoformat(f"{year}-{row['on']}")
    last = first + timedelta(days=row["days"] - 1)
    return Season(row["name"], first, last, first - timedelta(days=row["before"]), tuple(row["categories"]))


def _moved(day, years):
    # 29 February has no year before
    return day.replace(year=day.year + years, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + years)
