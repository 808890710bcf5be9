"""在岗: which offices somebody holds at an instant, in their own right or acting for another (代行). Where nobody does, the
office is vacant, and what was meant for it climbs on and says so."""

from django.utils import timezone

from dispatch.models import Level
from street.models import Organisation, Posting, Role

OFFICES = {
    Level.DESK: (Role.SUPERVISOR, Role.SHIFT_LEADER),
    Level.STREET_LEADER: (Role.STREET_LEADER, Role.STREET_SECRETARY),
    Level.STREET_SECRETARY: (Role.STREET_SECRETARY,),
    Level.COMMUNITY_SECRETARY: (Role.COMMUNITY_SECRETARY,),
}
"""岗位 of a level, and where it climbs when nobody holds it."""
HEADS = (Role.UNIT_HEAD, Role.COMMUNITY_SECRETARY)
"""单位负责人: a community's is its secretary."""
LAST = Role.SHIFT_LEADER
"""空缺到顶: who is told when the top office is vacant too."""


class Posts:
    """在岗表: the offices held at certain organisations at one instant; one query, however many."""

    def __init__(self, organisations, at):
        """`organisations`: ids. A person who has left, or whose account is closed, holds nothing."""
        roles = {role for chain in OFFICES.values() for role in chain} | {*HEADS, LAST}
        current = Posting.objects.current(timezone.localdate(at))
        held = current.filter(organisation__in=organisations, role__in=roles, user__is_active=True)
        self.held = set(held.values_list("organisation", "role"))

    def vacant(self, organisation, role):
        """空缺: whether nobody holds `role` at the organisation of that id."""
        return (organisation, role) not in self.held

    def headless(self, unit):
        """单位负责人空缺: nobody heads the unit. A body outside the government has its own order, which is not ours to judge."""
        return unit.relation != Organisation.Relation.OUTSIDE and all(self.vacant(unit.pk, role) for role in HEADS)

    def first_held(self, organisation, roles):
        """(the first of `roles` that somebody holds, a sentence about those that nobody does, empty where none)."""
        gone = []
        for role in roles:
            if not self.vacant(organisation, role):
                return role, f"（{'、'.join(gone)}空缺，转{Role(role).label}）" if gone else ""
            gone.append(Role(role).label)
        return LAST, f"（{'、'.join(gone)}空缺，请值班长报告并督促）"
