"""附件: pictures and recordings for staff, after the question who asks."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from desk.doors import MATTERS, for_roles
from dispatch.models import Instruction
from grievance.actions import privacy
from grievance.models import Attachment, Case, Complainant
from grievance.serving import serve


@for_roles(MATTERS)
@require_safe
def attachment(request, pk):
    """附件: of a case one may see; a voice or a film is not for a firm, nor for a unit where confidence was asked."""
    row = get_object_or_404(
        Attachment.objects.filter(case__in=Case.objects.visible_to(request.user)).select_related("case"), pk=pk
    )
    if Instruction.objects.filter(photo=row).exists() and not Instruction.objects.visible_to(request.user).filter(photo=row):
        raise Http404
    if row.speaks and not may_hear(row, request.user):
        raise Http404
    return serve(request, row)


def may_hear(row, user):
    """可否收听: a voice tells who speaks."""
    complainant = Complainant.objects.filter(grievance=row.grievance_id).first()
    return not privacy.withheld(complainant, row.case, user)
