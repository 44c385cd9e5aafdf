"""What addresses under /api that nobody serves answer."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from kernel.errors import NotFound
from organisations.api.base import OrganisationAPIView


@extend_schema(exclude=True)
class Missing(OrganisationAPIView):
    """Answers every method with 404 problem details, to strangers too."""

    public = True
    authentication_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse before anything else is looked at."""
        raise NotFound
