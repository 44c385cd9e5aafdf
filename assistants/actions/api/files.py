"""Files that calls gave, for machines."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema

from assistants.actions.files.links import own_file
from assistants.actions.views.files import attachment
from organisations.api.base import OrganisationAPIView
from organisations.pages import OrganisationRequest
from organisations.permissions import Permission


class FileDetail(OrganisationAPIView):
    """A file that a call gave."""

    permission = Permission.USE_ASSISTANTS

    @extend_schema(
        operation_id="action_file",
        summary="Download a file that an action's answer gave",
        tags=["Calls of actions"],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: OrganisationRequest, file_id: str) -> HttpResponse:
        """Send one of the caller's own files, by the id that stands in the call's `detail.files`."""
        file = own_file(self.actor, file_id)
        self.leave_scope()
        return attachment(file)
