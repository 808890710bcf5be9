"""范围: where a person stands, and what that shows. The only source of row visibility for staff."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from street.models import ADMIN_ROLES, DISTRICT_ROLES, STREET_ROLES, UNIT_ROLES, Organisation

WHOLE = (Organisation.Kind.CITY, Organisation.Kind.DISTRICT, Organisation.Kind.STREET)


@dataclass
class Scope:
    """范围: the postings a person acts from at one instant, and the organisations these reach."""

    postings: list = field(default_factory=list)

    @classmethod
    def of(cls, user, at):
        """The scope of `user` at the instant `at`: one query; nobody without a current posting sees anything."""
        if not user.is_active:
            return cls()
        current = user.postings.current(timezone.localdate(at))
        return cls(list(current.select_related("organisation").order_by("pk")))

    def where(self, roles):
        """Ids of the organisations at which one of `roles` is held."""
        return {posting.organisation_id for posting in self.postings if posting.role in roles}

    def posting_for(self, roles, organisation_id):
        """任职: the posting by which one of `roles` is held at this very organisation, else None."""
        for posting in self.postings:
            if posting.role in roles and posting.organisation_id == organisation_id:
                return posting
        return None

    @cached_property
    def roles(self):
        """Every role held, wherever."""
        return {posting.role for posting in self.postings}

    @cached_property
    def streets(self):
        """Ids of the streets all of whose ordinary matters are visible."""
        return self.where(STREET_ROLES)

    @cached_property
    def organisations(self):
        """Ids of the organisations for which this person works: what these were told of is visible."""
        return self.where(UNIT_ROLES | DISTRICT_ROLES)

    @property
    def configures(self):
        """Whether configuration, though no matter of a resident, is open to this person."""
        return bool(self.roles & ADMIN_ROLES)


def stand(user, at):
    """站位: settle from which posts `user` acts at the instant `at`; edges call it once a request."""
    user.scope = Scope.of(user, at)
    return user.scope


def covered(user, roles):
    """管辖路径: the paths below which a post of one of `roles` covers everything; a post in an office covers its street."""
    held = [posting.organisation for posting in user.scope.postings if posting.role in roles]
    return [unit.path if unit.kind in WHOLE else unit.path[: unit.path.rstrip("/").rfind("/") + 1] for unit in held]


def within(paths, field):
    """A condition on rows whose organisation, reached by `field`, lies below one of the paths."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}path__startswith": path})
    return condition
