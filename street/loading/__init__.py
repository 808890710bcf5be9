"""载入街道: make the tables say what a street file says (docs/street-format.md). Twice, or with a mistake, it changes nothing."""

from dataclasses import dataclass, field

from django.db import transaction

from street.datafile import DataFile
from street.loading import hall, organisations, people, places
from street.loading.ledger import Tally

__all__ = ["Loaded", "load"]


@dataclass
class Loaded:
    """载入结果: what was created, changed or left, by noun; the codes of the places that carry a 说事码."""

    tally: Tally = field(default_factory=Tally)
    coded: list = field(default_factory=list)


@transaction.atomic
def load(path):
    """载入街道文件: organisations, grids, places, people, in one transaction. DataFileError names file, line and reason.

    What the file does not name stays as it is: nothing is deleted, nobody's password or account is touched."""
    file = DataFile.read(path)
    file.only("organisation", "person", "seat", "specialist")
    rows = file.rows("organisation")
    loaded = Loaded()
    units = organisations.load(rows, loaded.tally)
    grids = places.load_grids(rows, units, loaded.tally)
    loaded.coded = places.load_places(rows, units, grids, loaded.tally)
    people.load(file.rows("person"), units, grids, loaded.tally)
    hall.load_seats(file.rows("seat"), units, loaded.tally)
    hall.load_specialists(file.rows("specialist"), units, loaded.tally)
    return loaded
