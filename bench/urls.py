"""The product's addresses behind the bare one."""

import json

from django.http import JsonResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from bench.models import Bare


@csrf_exempt
def bare(request):
    """Read the JSON, insert one row, answer 201."""
    row = Bare.objects.create(body=json.loads(request.body)["description"], at=timezone.now())
    return JsonResponse({"id": row.pk}, status=201)


urlpatterns = [path("bare/", bare), path("", include("config.urls"))]
