"""手机补送: a move that a phone sends by script, perhaps long after it was made and perhaps twice, answered for the script.

The move passes through the same form and action as on the page; beside it stand a key, so that nothing is made twice, and how
long ago it was done by the phone's own clock."""

from datetime import timedelta
from hashlib import sha256

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from desk import acting
from grievance.actions import phone_acts
from grievance.casework import Refused
from grievance.sealing import blind_index
from grievance.wake import wake

KEY, AGE, PERSON = "Idempotency-Key", "X-Act-Age", "X-Act-Person"
"""What comes in the head of a request: the key, milliseconds since it was done, and the key of the one who did it."""
NOT_TYPED = {"csrfmiddlewaretoken"}
AT_ONCE = timedelta(seconds=20)
"""What is older was not waited for, and no message tells of it on the next page."""
SCRIPTS = ("report", "outbox", "sealed", "fieldwork", "dom", "keeping", "pictures")
SHELL = [f"shuoshi/{name}" for name in ("tokens.css", "staff.css", "phone.css", "icon.svg", *(f"{one}.js" for one in SCRIPTS))]
"""What every page of the phone loads, kept by the phone so that a page opens without a line."""


def sent(request):
    """Whether this request came by the script of the phone."""
    return request.method == "POST" and KEY in request.headers


def take(request, do, at):
    """收下: make the move once; JSON with `state` done or refused, and the sentence of the refusal.

    `do()` makes it and gives (its name for people, the case it was about or None); it is not asked where it arrived before, since
    its order may be out of one's sight by now. Whoever signed in meanwhile never acts for the one who did it: 401."""
    if request.headers.get(PERSON) != str(request.user.pk):
        return _refused("other_person", "这件事是另一位同事在这部手机上办的，请本人登录后再发。", 401)
    key, digest = request.headers[KEY], _digest(request)
    try:
        again = phone_acts.earlier(key, by=request.user, digest=digest) is not None or not _made(request, key, digest, do, at)
    except Refused as refusal:
        return _refused(refusal.code, refusal.message, refusal.status)
    wake("grievance.tasks.deliver", "dispatch.tasks.reconcile", "dispatch.tasks.route_submitted")
    return JsonResponse({"state": "done", "again": again})


def _refused(code, message, status):
    return JsonResponse({"state": "refused", "code": code, "message": message}, status=status)


def _made(request, key, digest, do, at):
    """Whether it was made now and not by another arrival at the same time."""

    def act():
        label, case = do()
        if _age(request) < AT_ONCE:
            messages.success(request, f"“{label}”已办理。")
        return case

    return phone_acts.once(key, digest=digest, age=_age(request), by=request.user, at=at, do=act)[1]


def move(request, rows, at):
    """One move of a row of the page, as `take` asks for it; the Refused of the move is raised."""
    tried = acting.submit(request, rows, at)
    if tried.refusal:
        raise tried.refusal
    return tried.card.move.label, getattr(tried.card.row, "case", None)


def _digest(request):
    typed = sorted((name, values) for name, values in request.POST.lists() if name not in NOT_TYPED)
    files = sorted((name, file.size) for name, several in request.FILES.lists() for file in several)
    return blind_index(repr((request.path, typed, files)))


def _age(request):
    told = request.headers.get(AGE, "")
    return timedelta(milliseconds=int(told) if told.isdigit() and len(told) < 12 else 0)


@require_safe
@cache_control(no_cache=True)
def worker(request):
    """离线脚本 of the phone pages: under /phone/, so that it reaches no other page; nothing of a person stands in it."""
    address = reverse("phone-offline")
    version = sha256("".join([address, *map(static, SHELL)]).encode()).hexdigest()[:12]
    body = render_to_string("desk/worker.js", {"offline": address, "files": SHELL, "version": version})
    return HttpResponse(body, content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(no_cache=True)
def offline(request):
    """没有信号: what a phone shows for a page that it has not kept; the same for everybody."""
    return render(request, "desk/offline.html")
