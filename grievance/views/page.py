"""What every resident page needs to know of the street it speaks for."""

from django.conf import settings

from grievance import media
from street.models import Organisation


def of_street(street):
    """页面信息 of a street, or of none where the page belongs to no one street."""
    return {
        "street_name": street.name if street else "",
        "office_phone": (street.phone if street else "") or settings.OFFICE_PHONE,
        "max_photos": media.MAX_PHOTOS,
        "video_mb": settings.VIDEO_MAX_MB,
        "video_seconds": settings.VIDEO_MAX_SECONDS,
    }


def of_the_only_street():
    """页面信息 where a page belongs to no one matter: those of the street that is alone in this installation, else of none."""
    streets = list(Organisation.objects.streets().filter(active=True)[:2])
    return of_street(streets[0] if len(streets) == 1 else None)
