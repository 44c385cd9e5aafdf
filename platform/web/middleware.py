"""People find their own language on every device."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class PreferredLanguageMiddleware:
    """Speaks the language that the signed-in person chose; it wins over the browser's cookie and header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user: Any = getattr(request, "user", None)
        # A visitor without a session is nobody: asking would cost the public pages a query and their shared caching.
        signed_in = (
            settings.SESSION_COOKIE_NAME in request.COOKIES and user is not None and user.is_authenticated
        )
        locale = user.locale if signed_in else ""
        if locale in dict(settings.LANGUAGES) and locale != translation.get_language():
            translation.activate(locale)
            request.LANGUAGE_CODE = locale
        return self.get_response(request)
