"""The door to the staff's pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from unfold.sites import UnfoldAdminSite

from accounts.mfa import has_second_factor
from accounts.staff import is_staff
from kernel.errors import NotFound
from kernel.tenancy import across_organisations

# The admin's library evaluates Alpine expressions from its markup and writes its colours into a style element. It runs
# no inline script, so scripts still come from our own files alone; all other pages keep the strict policy.
LOOSER = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class StaffPage:
    """A page of the staff that is no table: `view(request)` gives the context of its template.

    `download(request)` gives the same to take along, at `export.csv` under the page's address.
    """

    name: str
    label: str | Promise
    icon: str
    roles: frozenset[str]
    template: str
    view: Callable[[HttpRequest], dict[str, Any]]
    download: Callable[[HttpRequest], HttpResponse] | None = None


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]
    """Open to active people of the staff who have a role; to everybody else it is not there."""

    site_header = "Bottega"
    site_title = gettext_lazy("Bottega's staff")
    index_title = gettext_lazy("What you look after")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.pages: list[StaffPage] = []

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may enter: staff with a role, and never while acting as somebody."""
        return is_staff(request.user) and getattr(request, "acting", None) is None

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Guard a page. A read runs across organisations and is rendered there; a change opens its own scope."""

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise NotFound
            if settings.PRODUCTION and not has_second_factor(request.user.pk):
                messages.warning(request, _("Staff need a second factor. Add one first."))
                return redirect("accounts:security")
            if request.method not in ("GET", "HEAD"):
                return view(request, *args, **kwargs)
            with across_organisations(reason="the staff's pages show all organisations"):
                return _rendered(view(request, *args, **kwargs))

        guarded: View = csp_update(LOOSER)(never_cache(csrf_protect(inner)))  # type: ignore[assignment]
        return update_wrapper(guarded, view)

    def extra_urls(self) -> list[Any]:
        """Addresses of pages that are no tables."""
        shown = [
            path(f"{page.name}/", self.admin_view(self._shown(page)), name=page.name) for page in self.pages
        ]
        files = [
            path(
                f"{page.name}/export.csv",
                self.admin_view(self._taken(page, page.download)),
                name=f"{page.name}_export",
            )
            for page in self.pages
            if page.download is not None
        ]
        return [*shown, *files]

    def _taken(self, page: StaffPage, download: View) -> View:
        def view(request: HttpRequest) -> HttpResponse:
            if request.user.staff_role not in page.roles:  # type: ignore[union-attr]
                raise NotFound
            return download(request)

        return view

    def _shown(self, page: StaffPage) -> View:
        def view(request: HttpRequest) -> HttpResponse:
            if request.user.staff_role not in page.roles:  # type: ignore[union-attr]
                raise NotFound
            context = self.each_context(request) | {"title": page.label} | page.view(request)
            return TemplateResponse(request, page.template, context)

        return view

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of the staff needs, with our own style sheet and script."""
        context: dict[str, Any] = super().each_context(request)
        return context | {
            "styles": [*context["styles"], static("organisations/staff.css")],
            "scripts": [*context["scripts"], static("organisations/staff.js")],
        }

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The tables and pages of the person's role, as one list."""
        tables = [
            table
            | {"name": str(self._registry[table["model"]].label), "icon": self._registry[table["model"]].icon}
            for app in super().get_app_list(request, app_label)
            for table in app["models"]
        ]
        pages = [
            {"name": str(page.label), "icon": page.icon, "admin_url": reverse(f"{self.name}:{page.name}")}
            for page in self.pages
            if request.user.staff_role in page.roles  # type: ignore[union-attr]
        ]
        role = request.user.get_staff_role_display()  # type: ignore[union-attr]
        entries = sorted([*tables, *pages], key=lambda entry: str(entry["name"]))
        return [
            {"name": role, "app_label": "staff", "app_url": reverse(f"{self.name}:index"), "models": entries}
        ]

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The same, as the sidebar wants it."""
        return [
            {
                "title": app["name"],
                "items": [
                    {
                        "title": entry["name"],
                        "link": entry["admin_url"],
                        "icon": entry["icon"],
                        "has_permission": True,
                        "active": request.path.startswith(entry["admin_url"]),
                    }
                    for entry in app["models"]
                ],
            }
            for app in self.get_app_list(request)
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Everybody signs in on the same page."""
        return redirect_to_login(reverse(f"{self.name}:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Everybody signs out on the same page."""
        return redirect("account_logout")

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Everybody changes the password on the same page."""
        return redirect("account_change_password")

    def search(self, request: HttpRequest) -> HttpResponse:
        """There is no search over everything."""
        raise NotFound


def _rendered(response: HttpResponse) -> HttpResponse:
    if isinstance(response, TemplateResponse) and not response.is_rendered:
        return response.render()
    return response


site = StaffSite()
