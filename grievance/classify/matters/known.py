"""已知名称: names told by others, looked for literally where no ending gives them away (五矿万境k9县房子)."""

from grievance.classify.matters.names import core

SHORTEST = 3


class Known:
    """已知名称: a gazetteer that grows."""

    def __init__(self, names=()):
        self._heads: dict[str, set] = {}
        for name in names:
            self.add(name)

    def add(self, name):
        """Remember a name that says which place; others are left."""
        if len(name) >= SHORTEST and len(core(name)) >= SHORTEST:
            self._heads.setdefault(name[:SHORTEST], set()).add(name)

    def names_in(self, text):
        """The known names in a smooth text, in the order they stand, the longest at each sign."""
        found = []
        for at in range(len(text) - SHORTEST + 1):
            here = [name for name in self._heads.get(text[at : at + SHORTEST], ()) if text.startswith(name, at)]
            found += [max(here, key=len)] if here else []
        return list(dict.fromkeys(found))
