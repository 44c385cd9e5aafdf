"""Publications that reach strangers, for the platform's moderators. Drafts and instructions are not shown."""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication
from organisations.staffing.tables import MODERATOR, StaffTable, site

OPEN = (Publication.Visibility.PUBLIC, Publication.Visibility.LINK)


@admin.register(Publication, site=site)
class PublicationTable(StaffTable):
    """What anybody may use: public, or by link. Moderators take it down by its listing, which needs two of them."""

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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        return cast(QuerySet[Publication], super().get_queryset(request).filter(visibility__in=OPEN))
