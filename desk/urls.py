"""办公页面的地址. The queues and the case page; the phone pages and the staff API add their own."""

from importlib.util import find_spec

from django.urls import include, path

urlpatterns = [path("", include(module)) for module in ("desk.desktop_urls", "desk.phone_urls") if find_spec(module)]
