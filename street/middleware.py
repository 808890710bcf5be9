"""Every request of a signed-in person is read from the posts held at that instant."""

from django.utils import timezone

from street.scope import stand


class StandingMiddleware:
    """站位: an expired or revoked posting takes effect with the next request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            stand(request.user, timezone.now())
        return self.get_response(request)
