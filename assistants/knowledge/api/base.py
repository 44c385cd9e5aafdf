"""What the views over a source set stand on."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.knowledge.details import details_of
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.presentation import SourceOutput, source_json
from assistants.knowledge.sharing import access_shared
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, limit_of
from organisations.permissions import Permission

NEWEST_FIRST = ("-created_at", "-id")


class SourceSetView(OrganisationAPIView):
    """A view over the sources of one set."""

    permission = Permission.BUILD_ASSISTANTS

    def source_set(self, assistant_id: str, *, edit: bool) -> SourceSet:
        """The set that an address means; called in the organisation's scope.

        Raises:
            NotFound: the organisation has no such assistant.
        """
        raise TypeError(f"{type(self).__name__} does not say whose sources it shows")

    def find_set(self, assistant_id: str) -> SourceSet:
        """The set, for a method that changes it."""
        with tenant_scope(self.actor.organisation):
            return self.source_set(assistant_id, edit=True)

    def shown(self, source_set: SourceSet, source: Source, note: str = "") -> dict[str, Any]:
        """A source with what stands beside it, inside the open scope."""
        return source_json(source, note, details_of(self.actor, source_set, [source])[source.pk])

    def answer(self, source_set: SourceSet, source_id: str, *, status: int = 200, note: str = "") -> Response:
        """A source as it is now."""
        with tenant_scope(self.actor.organisation):
            source = access_shared(source_set, source_id)
            return Response(self.shown(source_set, source, note), status=status)

    def source_page(
        self,
        request: Request,
        source_set: SourceSet,
        rows: QuerySet[Source],
        *,
        order: tuple[str, ...] = NEWEST_FIRST,
    ) -> Response:
        """A page of sources with what stands beside them."""
        page = paginate(rows, cursor=request.query_params.get("cursor"), limit=limit_of(request), order=order)
        details = details_of(self.actor, source_set, page.results)
        shown = SourceOutput(page.results, many=True, context={"details": details}).data
        return Response({"results": shown, "next": page.next, "previous": page.previous})
