"""Publications that reach strangers, for the platform's moderators. Drafts and instructions are not shown."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.staff import Staff
from assistants.building.actions.suspend_publication import restore_publication, suspend_publication
from assistants.building.models import Publication
from organisations.staffing.tables import MODERATOR, Act, StaffTable, site

SUSPENDED = Publication.State.SUSPENDED
OPEN = (Publication.Visibility.PUBLIC, Publication.Visibility.LINK)


def _suspend(_request: HttpRequest, staff: Staff, row: Publication, data: dict[str, Any]) -> None:
    suspend_publication(staff=staff, publication_id=row.public_id, reason=data["reason"])


def _restore(_request: HttpRequest, staff: Staff, row: Publication, data: dict[str, Any]) -> None:
    restore_publication(staff=staff, publication_id=row.public_id, reason=data["reason"])


@admin.register(Publication, site=site)
class PublicationTable(StaffTable):
    """What anybody may use: public, or by link."""

    roles = MODERATOR
    label = _("Publications")
    icon = "public"
    list_display = ("name", "slug", "organisation", "visibility", "state", "updated_at")
    list_filter = ("visibility", "state")
    list_select_related = ("organisation",)
    search_fields = ("name", "slug", "public_id")
    ordering = ("-updated_at",)
    fields = (
        "name", "slug", "public_id", "organisation", "visibility", "state", "language", "created_at", "updated_at",
    )  # fmt: skip
    acts = (
        Act(
            "suspend",
            _("Suspend"),
            _(
                "From the next question on nobody gets an answer, in running chats too. Its owners are told why."
            ),
            _suspend,
            lambda row: row.state != SUSPENDED,
        ),
        Act(
            "restore", _("Restore"), _("It can be used again."), _restore, lambda row: row.state == SUSPENDED
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        return cast(QuerySet[Publication], super().get_queryset(request).filter(visibility__in=OPEN))
