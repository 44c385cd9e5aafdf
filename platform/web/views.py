"""Preferences, error pages and the small files that browsers ask for."""

from typing import Any

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from web import gallery
from web.actions.update_preferences import update_preferences
from web.forms import PreferencesForm
from web.shell import THEME_COOKIE

YEAR = 365 * 24 * 3600


@require_POST
def preferences_update(request: HttpRequest) -> HttpResponse:
    """Save theme and language, for strangers in cookies, and go back to the page."""
    form = PreferencesForm(request.POST)
    response = (
        HttpResponse(status=204)
        if "application/json" in request.headers.get("Accept", "")
        else _back(request)
    )
    if not form.is_valid():
        return response
    chosen: dict[str, str] = form.cleaned_data
    if request.user.is_authenticated:
        update_preferences(user=request.user, **chosen)
    for cookie, value in (
        (THEME_COOKIE, chosen["theme"]),
        (settings.LANGUAGE_COOKIE_NAME, chosen["language"]),
    ):
        if value:
            response.set_cookie(
                cookie,
                value,
                max_age=YEAR,
                samesite="Lax",
                secure=bool(settings.SESSION_COOKIE_SECURE),
                httponly=True,
            )
    return response


def _back(request: HttpRequest) -> HttpResponseRedirect:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else "/")


@require_safe
@cache_control(public=True, max_age=86400)
def manifest(request: HttpRequest) -> JsonResponse:
    """Tell browsers how the site looks as an installed app."""
    icon = {"src": static("web/favicon.svg"), "type": "image/svg+xml", "sizes": "any"}
    document = {
        "name": "Bottega",
        "short_name": "Bottega",
        "description": _(
            "A workshop that is also a shop: build, publish, discover and chat with assistants."
        ),
        "lang": translation.get_language(),
        "start_url": "/",
        "display": "standalone",
        "background_color": "#f8f5f0",
        "theme_color": "#f8f5f0",
        "icons": [icon, {"src": static("web/icon-192.png"), "type": "image/png", "sizes": "192x192"}],
    }
    return JsonResponse(document, content_type="application/manifest+json")


@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponsePermanentRedirect:
    """Lead browsers that ask by habit to the drawn icon."""
    return HttpResponsePermanentRedirect(static("web/favicon.svg"))


@require_safe
def component_gallery(request: HttpRequest) -> HttpResponse:
    """Show every component with made-up content; only where the product is being developed."""
    if settings.ENVIRONMENT != "development":
        raise Http404
    return render(request, "web/gallery.html", gallery.samples())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old to be trusted, and how to send it again."""
    return _error(request, "csrf", 403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, for requests that cannot be understood."""
    return _error(request, "400", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, for people who are known and may not."""
    return _error(request, "403", 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same for a missing page and for another organisation's."""
    return _error(request, "404", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: drawn without context processors or the database, as either may be what broke."""
    context: dict[str, Any] = {
        "request_id": getattr(request, "request_id", ""),
        "lang": translation.get_language() or "en",
    }
    return HttpResponse(loader.render_to_string("web/500.html", context), status=500)


def _error(request: HttpRequest, name: str, status: int) -> HttpResponse:
    return render(
        request, f"web/{name}.html", {"request_id": getattr(request, "request_id", "")}, status=status
    )
