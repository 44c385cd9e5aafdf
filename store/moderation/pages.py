"""How the moderators' pages get who moderates, and a scope across organisations to read in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.mfa import has_second_factor
from accounts.staff import Staff
from kernel.errors import NotFound
from kernel.tenancy import across_organisations
from organisations.pages import OrganisationRequest, resolve_actor
from store.moderation.people import is_moderator

View = Callable[..., HttpResponse]


class ModeratorRequest(OrganisationRequest):
    """A request of somebody who moderates."""

    staff: Staff


def moderator_page(*, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Declare a page of the moderators; to everybody else, and to staff who act as somebody, it is not there.

    A GET runs, and renders, across organisations. A POST's actions open their own transactions.
    """

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            if not request.user.is_authenticated:
                return redirect_to_login(
                    request.get_full_path() if request.method == "GET" else "/moderation/"
                )
            actor = resolve_actor(request)
            if actor.staff or not is_moderator(request.user):
                raise NotFound
            if settings.PRODUCTION and not has_second_factor(request.user.pk):
                messages.warning(request, _("Staff need a second factor. Add one first."))
                return redirect("accounts:security")
            request.staff = Staff(request.user, ip=actor.ip)  # type: ignore[attr-defined]
            if request.method in ("GET", "HEAD"):
                with across_organisations(reason="moderators look at everybody's"):
                    return _rendered(view(request, *args, **kwargs))
            response = view(request, *args, **kwargs)
            with across_organisations(reason="moderators look at everybody's"):
                return _rendered(response)

        wrapper.allowed_methods = methods  # type: ignore[attr-defined]
        return wrapper

    return decorate


def _rendered(response: HttpResponse) -> HttpResponse:
    if isinstance(response, TemplateResponse) and not response.is_rendered:
        return response.render()
    return response
