"""System checks of the installation as a whole."""

from django.conf import settings
from django.core.checks import Warning as CheckWarning
from django.core.checks import register


@register(deploy=True)
def plain_http(app_configs, **kwargs):
    """正式环境没有用 HTTPS: the cookies of staff travel readable."""
    if not settings.PRODUCTION or settings.HTTPS:
        return []
    return [
        CheckWarning(
            f"SITE_URL 是 {settings.SITE_URL}：没有用 HTTPS，登录凭据在网络上可被读到。",
            hint="在前面放一个终止 TLS 的反向代理，把 SITE_URL 改为 https://…，并设 TRUSTED_PROXIES=1。",
            id="config.W001",
        )
    ]
