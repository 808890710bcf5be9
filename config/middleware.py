"""What every request passes through, whatever page it is for."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone


def policy(images_from=()):
    """内容安全策略 of a page; `images_from` are hosts from which this one page may load pictures besides."""
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["img-src 'self' data: blob:", *images_from]),
            "media-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


POLICY = policy()


KEPT_FOR = 0.9
"""A session is written down again once less than this share of its time is left: at each page costs three statements."""


def session_kept(get_response):
    """会话续期: a session in use does not end; left alone for as long as the setting says, less a tenth at most, it does."""

    def middleware(request):
        response = get_response(request)
        ends = request.session.ends
        if ends and ends - timezone.now() < timedelta(seconds=settings.SESSION_COOKIE_AGE * KEPT_FOR):
            request.session.modified = True
        return response

    return middleware


def security_headers(get_response):
    """内容安全策略: pages load nothing from elsewhere and run nothing written into them; an oversized request stops here."""

    def middleware(request):
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.REQUEST_MAX_BYTES:
            return HttpResponse("一次提交的内容过大，请减少照片后再试。", status=413, content_type="text/plain; charset=utf-8")
        response = get_response(request)
        hosts = getattr(response, "images_from", ())
        response.headers.setdefault("Content-Security-Policy", policy(hosts) if hosts else POLICY)
        # A resident's phone offers camera, microphone and position only to our own pages
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(self)")
        return response

    return middleware


class CompressionMiddleware(GZipMiddleware):
    """压缩: pages, sheets and scripts travel small on a slow line. Pictures and recordings are small already, and keep the
    length by which a phone seeks in them. Django pads each page at random, so that its length tells nothing (BREACH)."""

    KINDS = ("text/", "application/json", "application/javascript", "image/svg+xml")

    LARGEST = 1024 * 1024

    def process_response(self, request, response):
        """Compressed where it is text and the phone takes it so."""
        if not response.headers.get("Content-Type", "").startswith(self.KINDS) or response.has_header("Content-Encoding"):
            return response
        return super().process_response(request, self._whole(response))

    def _whole(self, response):
        """A small file in one piece: without a length, waitress ends the connection, and the next file pays for a new one."""
        length = int(response.headers.get("Content-Length") or self.LARGEST)
        if not response.streaming or response.status_code != 200 or length >= self.LARGEST:
            return response
        whole = HttpResponse(b"".join(response.streaming_content), headers=response.headers)
        response.close()
        return whole


def proxy_address(get_response):
    """来访地址: what the outermost of TRUSTED_PROXIES proxies saw; what stands further left anyone can write."""

    def middleware(request):
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        trusted = settings.TRUSTED_PROXIES
        if trusted and len(hops) >= trusted:
            request.META["REMOTE_ADDR"] = hops[-trusted]
        return get_response(request)

    return middleware
