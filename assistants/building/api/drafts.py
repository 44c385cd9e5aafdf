"""The draft over REST, guarded by entity tags."""

import re

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.building.actions.replace_draft import replace_draft
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Draft
from assistants.building.queries import access_assistant, draft_of
from assistants.building.specification import Specification
from kernel.errors import InvalidInput
from organisations.api.base import OrganisationAPIView
from organisations.permissions import Level, Permission

IF_MATCH = OpenApiParameter(
    "If-Match", location=OpenApiParameter.HEADER, description="The ETag that was read; 412 where it is stale."
)


def wanted_revision(request: Request) -> int | None:
    """The revision in `If-Match`; None where any will do.

    Raises:
        InvalidInput: it is not one of our tags.
    """
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', header)
    if found is None:
        raise InvalidInput.on(
            "If-Match", "invalid_etag", _("Send the ETag that came with the draft, quotes included.")
        )
    return int(found[1])


class DraftDetail(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(responses=Specification)
    def get(self, request: Request, assistant_id: str) -> Response:
        """The whole definition; its revision is the `ETag`."""
        return _answer(draft_of(access_assistant(self.actor, assistant_id, level=Level.VIEW)))

    @extend_schema(request=OpenApiTypes.OBJECT, parameters=[IF_MATCH], responses=Specification)
    def patch(self, request: Request, assistant_id: str) -> Response:
        """Merge a patch: objects are merged, lists and values replaced, null takes a field back to its default."""
        revision = wanted_revision(request)
        return _answer(
            update_draft(actor=self.actor, assistant_id=assistant_id, patch=request.data, revision=revision)
        )

    @extend_schema(request=Specification, parameters=[IF_MATCH], responses=Specification)
    def put(self, request: Request, assistant_id: str) -> Response:
        """Write the whole definition; fields that are left out take their defaults."""
        revision = wanted_revision(request)
        return _answer(
            replace_draft(
                actor=self.actor, assistant_id=assistant_id, document=request.data, revision=revision
            )
        )


def _answer(draft: Draft) -> Response:
    return Response(draft.specification, headers={"ETag": draft.etag})
