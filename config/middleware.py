"""What every request passes through, whatever page it is for."""

from django.conf import settings
from django.http import HttpResponse

POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def security_headers(get_response):
    """内容安全策略: pages load nothing from elsewhere and run nothing written into them; an oversized request stops here."""

    def middleware(request):
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.REQUEST_MAX_BYTES:
            return HttpResponse("一次提交的内容过大，请减少照片后再试。", status=413, content_type="text/plain; charset=utf-8")
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        # A resident's phone offers camera, microphone and position only to our own pages
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(self)")
        return response

    return middleware


def proxy_address(get_response):
    """来访地址: what the outermost of TRUSTED_PROXIES proxies saw; what stands further left anyone can write."""

    def middleware(request):
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
        trusted = settings.TRUSTED_PROXIES
        if trusted and len(hops) >= trusted:
            request.META["REMOTE_ADDR"] = hops[-trusted]
        return get_response(request)

    return middleware
