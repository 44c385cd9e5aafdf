"""Listings of the public store, for the platform's moderators."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import Staff
from organisations.staffing.tables import MODERATOR, Act, StaffTable, site
from store.actions.suspend_listing import restore_listing, suspend_listing
from store.models import Listing
from store.staff_showcases import ShowcaseTable as ShowcaseTable

OPEN = (Listing.Visibility.PUBLIC, Listing.Visibility.LINK)


def _suspend(_request: HttpRequest, staff: Staff, row: Listing, data: dict[str, Any]) -> None:
    suspend_listing(staff=staff, listing_id=row.public_id, reason=data["reason"])


def _restore(_request: HttpRequest, staff: Staff, row: Listing, data: dict[str, Any]) -> None:
    restore_listing(staff=staff, listing_id=row.public_id, reason=data["reason"])


@admin.register(Listing, site=site)
class ListingTable(StaffTable):
    """What stands, or stood, in the public store, or that anybody may use who has its link."""

    roles = MODERATOR
    label = _("Listings")
    icon = "storefront"
    list_display = ("name", "creator_name", "organisation", "category", "state", "conversations", "live_at")
    list_filter = ("state", "category")
    list_select_related = ("organisation",)
    search_fields = ("name", "creator_name", "public_id")
    ordering = ("-updated_at",)
    fields = (
        "name", "public_id", "creator_name", "organisation", "category", "language", "state", "featured",
        "conversations", "installs", "submitted_at", "live_at",
    )  # fmt: skip
    acts = (
        Act(
            "suspend",
            _("Suspend"),
            _(
                "It stops everywhere, in running chats too, and its owners are told why. Unless a second moderator agrees"
                " within 24 hours, it comes back."
            ),
            _suspend,
            lambda row: row.state == Listing.State.LIVE,
        ),
        Act(
            "restore",
            _("Restore"),
            _("It is back."),
            _restore,
            lambda row: row.state == Listing.State.SUSPENDED,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Listing]:
        rows = super().get_queryset(request).filter(visibility__in=OPEN)
        return cast(QuerySet[Listing], rows.exclude(live_at=None))
