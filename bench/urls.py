"""The product's addresses behind the bare ones."""

import json

from django.http import JsonResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework import generics, serializers

from bench.models import Bare
from grievance.models import Case


@csrf_exempt
def bare(request):
    """Read the JSON, insert one row, answer 201."""
    row = Bare.objects.create(body=json.loads(request.body)["description"], at=timezone.now())
    return JsonResponse({"id": row.pk}, status=201)


class BareCase(serializers.ModelSerializer):
    """A case with all its columns, and nothing of what hangs on it."""

    class Meta:
        model = Case
        fields = "__all__"


class BareList(generics.ListAPIView):
    """The newest fifty, of anybody: no scope, no count, no lights, no page."""

    serializer_class = BareCase
    pagination_class = None

    def get_queryset(self):
        """By the index of the product's own list."""
        return Case.objects.order_by("-submitted_at", "-pk")[:50]


urlpatterns = [path("bare/", bare), path("bare/cases/", BareList.as_view()), path("", include("config.urls"))]
