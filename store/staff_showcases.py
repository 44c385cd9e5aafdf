"""Showcases of the store's front page, for whoever curates it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.staff import Staff
from kernel.tenancy import across_organisations
from organisations.staffing.tables import MODERATOR, Act, ReasonForm, StaffTable, site
from store.actions.put_showcase import put_showcase
from store.actions.remove_showcase import remove_showcase
from store.models import Entry, Showcase


class ShowcaseForm(ReasonForm):
    """A title in two languages, and listings in their order."""

    title_en = forms.CharField(label=_("Title in English"), max_length=80, widget=UnfoldAdminTextInputWidget)
    title_zh = forms.CharField(
        label=_("Title in Chinese"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget
    )
    about_en = forms.CharField(
        label=_("One sentence in English"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    about_zh = forms.CharField(
        label=_("One sentence in Chinese"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    listings = forms.CharField(
        label=_("Listings"),
        help_text=_("Their public names, one a line, in the order that they are shown in."),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )
    order = forms.IntegerField(
        label=_("Place among the others"),
        min_value=0,
        max_value=1000,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    is_shown = forms.BooleanField(
        label=_("Shown"), required=False, initial=True, widget=UnfoldBooleanSwitchWidget
    )
    field_order = ("title_en", "title_zh", "about_en", "about_zh", "listings", "order", "is_shown", "reason")


def _put(_request: HttpRequest, staff: Staff, row: Showcase | None, data: dict[str, Any]) -> None:
    slugs = data.pop("listings").split()
    put_showcase(staff=staff, showcase_id=row.public_id if row else "", slugs=slugs, **data)


def _remove(_request: HttpRequest, staff: Staff, row: Showcase, data: dict[str, Any]) -> None:
    remove_showcase(staff=staff, showcase_id=row.public_id, reason=data["reason"])


def _as_it_stands(row: Showcase | None) -> dict[str, Any]:
    if row is None:
        return {}
    with across_organisations(reason="the staff's pages show all organisations"):
        slugs = dict(Entry.unscoped.filter(public_id__in=row.listings).values_list("public_id", "slug"))
    names = ("title_en", "title_zh", "about_en", "about_zh", "order", "is_shown")
    listed = "\n".join(slugs[key] for key in row.listings if key in slugs)
    return {name: getattr(row, name) for name in names} | {"listings": listed}


@admin.register(Showcase, site=site)
class ShowcaseTable(StaffTable):
    """What the front page of the store shows first."""

    roles = MODERATOR
    label = _("Showcases")
    icon = "collections_bookmark"
    list_display = ("title_en", "title_zh", "order", "is_shown", "updated_at")
    search_fields = ("title_en", "title_zh")
    ordering = ("order", "id")
    fields = ("title_en", "title_zh", "about_en", "about_zh", "order", "is_shown", "updated_at")
    making = Act(
        "make",
        _("Make a showcase"),
        _("It stands on the store's front page as soon as it is shown and holds a listing."),
        _put,
        form=ShowcaseForm,
        initial=_as_it_stands,
    )
    acts = (
        Act(
            "change", _("Change"), _("All of it is replaced."), _put, form=ShowcaseForm, initial=_as_it_stands
        ),
        Act("remove", _("Remove"), _("It leaves the front page; its listings stay as they are."), _remove),
    )
