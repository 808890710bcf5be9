"""Who asks: a signed-in person by the posts held at that instant, a resident by what the phone was told once."""

from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property

from street.scope import stand
from street.wording import Reader


class StandingMiddleware:
    """站位: an expired or revoked posting takes effect with the next request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            stand(request.user, timezone.now())
            if request.user.must_change and request.path not in self.open:
                return redirect(self.open[0])
        return self.get_response(request)

    @cached_property
    def open(self):
        """Where one who still has the first password may go: to choose their own, or away."""
        return [reverse("admin:password_change"), reverse("admin:logout"), "/phone/logout/"]


class ReaderMiddleware:
    """读者: a page is told how this phone wants it; one that asked is not kept for another phone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.reader = Reader(request.COOKIES)
        response = self.get_response(request)
        if request.reader.asked:
            patch_vary_headers(response, ["Cookie"])
        return response
