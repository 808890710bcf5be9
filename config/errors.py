"""Refused → HTTP: a business 'no' becomes JSON for programs and a page for people; so do the framework's own errors."""

from django.http import JsonResponse
from django.shortcuts import render
from rest_framework.response import Response
from rest_framework.views import exception_handler

from grievance.casework import Refused

SENTENCES = {
    400: ("bad_request", "这个请求无法理解，请返回重试。"),
    403: ("forbidden", "您没有权限查看或办理这一项。如确有需要，请联系值班长。"),
    404: ("not_found", "没有找到这个页面：链接可能不完整，或者已经失效。"),
    413: ("too_large", "提交的内容过大，请减少照片后再试。"),
    429: ("throttled", "提交得太频繁了，请稍后再试。"),
    500: ("server_error", "系统出了问题，已经记录。请稍后再试，或直接拨打办公室电话。"),
}


class RefusedMiddleware:
    """不予办理: turns the Refused that an action raised into an answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        """An answer for Refused; everything else goes on its way."""
        if isinstance(exception, Refused):
            return answer(request, exception.status, exception.code, exception.message)
        return None


def answer(request, status, code, message):
    """The sentence as JSON under /api/, else as a page."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "message": message}, status=status)
    return render(request, "refused.html", {"code": code, "message": message}, status=status)


def api_exception(exception, context):
    """Errors inside the JSON interface: `code` for programs, `message` for people, `fields` where single fields are wrong."""
    if isinstance(exception, Refused):
        return Response({"code": exception.code, "message": exception.message}, status=exception.status)
    response = exception_handler(exception, context)
    if response is not None:
        response.data = _body(exception, response)
    return response


def _body(exception, response):
    if not isinstance(response.data, dict) or "detail" not in response.data:
        return {"code": "invalid", "message": "提交的内容有误，请按提示修改。", "fields": response.data}
    code, message = SENTENCES.get(response.status_code, ("", str(response.data["detail"])))
    return {"code": code or getattr(exception, "default_code", "error"), "message": message}


def _page(status):
    def view(request, exception=None):
        return answer(request, status, *SENTENCES[status])

    return view


bad_request, forbidden, not_found = _page(400), _page(403), _page(404)


def server_error(request):
    """500: drawn without the database or the session, either of which may be what failed."""
    code, message = SENTENCES[500]
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "message": message}, status=500)
    return render(None, "500.html", {"message": message}, status=500)


def csrf_failure(request, reason=""):
    """表单过期: the page was open for too long, or cookies are off."""
    return answer(request, 403, "form_expired", "页面停留太久或浏览器禁用了 Cookie，请返回上一页，刷新后再提交。")
