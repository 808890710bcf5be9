"""Addresses: each app states its own; here only the order in which they are asked."""

from django.contrib import admin
from django.urls import include, path

from config.health import healthz

# Residents first: their intake has to be fast, and every address before it is tried in vain
APPS = ["grievance", "feedback", "dispatch", "desk"]
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    *[path("", include(f"{app}.urls")) for app in APPS],
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
