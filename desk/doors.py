"""门: who may enter a page of the desk. Not signed in: to the sign-in page; without the role: 403; outside the scope: 404."""

from functools import wraps

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from street.models import DISTRICT_ROLES, STREET_ROLES, UNIT_ROLES, Role

MATTERS = STREET_ROLES | UNIT_ROLES | DISTRICT_ROLES
"""Roles that see matters of residents at all."""
TRIAGE = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})


def for_roles(roles):
    """准入: the page is for people who hold one of `roles` somewhere; what they see there is the scope's business."""

    def guard(view):
        @login_required
        @never_cache
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.scope.roles & roles:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return guard


def page(request, template, context, *, status=200):
    """A page inside the admin's frame."""
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)
