"""Tables of the staff, and what can be done to one of their rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.models import User
from accounts.staff import LONGEST_REASON, SHORTEST_REASON, Staff
from kernel.errors import Conflict, DomainError, NotFound, PermissionDenied
from kernel.tenancy import across_organisations
from organisations.staffing.site import site

OPERATOR = frozenset({User.StaffRole.OPERATOR.value})
MODERATOR = frozenset({User.StaffRole.MODERATOR.value})
FINANCE = frozenset({User.StaffRole.FINANCE.value})
EVERY_ROLE = OPERATOR | MODERATOR | FINANCE


class NotNow(Conflict):
    code = "not_now"
    user_message = gettext_lazy("This cannot be done to it now. Go back and look at how it stands.")


class ReasonForm(forms.Form):
    """Why something is done; acts that need more add fields."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept in the log, where it concerns an organisation in theirs too."),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


def _always(_row: Any) -> bool:
    return True


def _empty(_row: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that staff do to a row: `run(request, staff, row, data)` calls one action, and may say where to go.

    `initial(row)` fills the form's further fields before somebody does.
    """

    name: str
    label: str | Promise
    explanation: str | Promise
    run: Callable[[HttpRequest, Staff, Any, dict[str, Any]], HttpResponse | None]
    offered: Callable[[Any], bool] = _always
    form: type[ReasonForm] = ReasonForm
    initial: Callable[[Any], dict[str, Any]] = _empty


class StaffTable(ModelAdmin):  # type: ignore[misc]
    """A read-only table for some of the staff's roles."""

    roles: ClassVar[frozenset[str]] = frozenset()
    label: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "table"
    acts: ClassVar[Sequence[Act]] = ()
    making: ClassVar[Act | None] = None  # makes a new row; its `run` is given None for the row
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return getattr(request.user, "staff_role", "") in self.roles

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.making is not None and self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return tuple(self.get_fields(request, obj))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return (*(self.fields or ()), "deeds") if self.acts else tuple(self.fields or ())

    @admin.display(description=gettext_lazy("What you can do"))
    def deeds(self, row: Model) -> SafeString:
        """Links to the acts that are offered for a row."""
        links = [(self._address(row, act.name), act.label) for act in self.acts if act.offered(row)]
        return format_html_join(
            " · ", '<a class="text-primary-600 underline dark:text-primary-500" href="{}">{}</a>', links
        )

    def get_urls(self) -> list[Any]:
        """The table's own addresses, and one for acts."""
        meta = self.model._meta
        act = path(
            "<int:key>/do/<slug:name>/",
            self.admin_site.admin_view(self.act_view),
            name=f"{meta.app_label}_{meta.model_name}_act",
        )
        return [act, *super().get_urls()]

    def act_view(self, request: HttpRequest, key: int, name: str) -> HttpResponse:
        """Ask for the reason of an act, then do it."""
        act = next((act for act in self.acts if act.name == name), None)
        with across_organisations(reason="the staff's pages show all organisations"):
            row = self.get_queryset(request).filter(pk=key).first()
        if act is None or row is None or not self.has_view_permission(request, row):
            raise NotFound
        if not act.offered(row):
            raise NotNow
        return self._done(request, act, row)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for what a new row needs, then make it."""
        if self.making is None or not self.has_add_permission(request):
            raise PermissionDenied
        return self._done(request, self.making, None)

    def _done(self, request: HttpRequest, act: Act, row: Model | None) -> HttpResponse:
        given = request.POST if request.method == "POST" else None
        form = act.form(given, initial=act.initial(row))
        if given is None or not form.is_valid():
            return self._asked(request, act, row, form)
        user = request.user
        assert isinstance(user, User)
        staff = Staff(user, ip=str(request.META.get("REMOTE_ADDR") or ""))
        try:
            answer = act.run(request, staff, row, form.cleaned_data)
        except (PermissionDenied, NotFound):
            raise
        except DomainError as error:
            # What was typed stays: a payment provider may refuse what no form could know.
            _say(form, error)
            return self._asked(request, act, row, form, status=error.status)
        if answer is None:
            messages.success(request, _("Done: %(what)s.") % {"what": act.label})
        return answer or redirect(self._page(row))

    def _asked(
        self, request: HttpRequest, act: Act, row: Model | None, form: ReasonForm, *, status: int = 0
    ) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": act.label,
            "act": act,
            "row": row or "",
            "form": form,
            "back": self._page(row),
            "opts": self.model._meta,
        }
        usual = 400 if form.is_bound else 200
        return TemplateResponse(request, "staff/act.html", context, status=status or usual)

    def _page(self, row: Model | None) -> str:
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return reverse(f"{page}_change", args=[row.pk]) if row else reverse(f"{page}_changelist")

    def _address(self, row: Model, name: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[row.pk, name])


def _say(form: ReasonForm, error: DomainError) -> None:
    """Put what an action refused beside the fields that it names, and the rest above them."""
    for one in error.errors:
        form.add_error(one.field if one.field in form.fields else None, one.message)
    if not error.errors:
        form.add_error(None, error.message)


__all__ = [
    "EVERY_ROLE",
    "FINANCE",
    "MODERATOR",
    "OPERATOR",
    "Act",
    "NotNow",
    "ReasonForm",
    "StaffTable",
    "site",
]
