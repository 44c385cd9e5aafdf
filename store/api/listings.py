"""An organisation's own listings."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.building.opening import pending_opening
from kernel.tenancy import tenant_scope
from organisations.api.approvals import WaitingOutput, waiting_response
from organisations.api.base import OrganisationAPIView
from organisations.permissions import Permission
from store.actions.create_listing import create_listing
from store.actions.submit_listing import submit_listing
from store.actions.unpublish_listing import unpublish_listing
from store.actions.update_listing import update_listing
from store.api.serializers import ListingInput, OwnListing
from store.fields import ListingFields
from store.models import Listing
from store.queries import access_listing, own_listings


class CreateInput(ListingInput):
    """A new listing names its assistant."""

    assistant = serializers.CharField(max_length=48)


def fields_of(values: dict[str, Any]) -> ListingFields:
    """Checked input as fields to change; a null takes a field back to nothing."""
    given: dict[str, Any] = {name: "" if value is None else value for name, value in values.items()}
    return ListingFields(**given)


class _ListingView(OrganisationAPIView):
    def shown(self, listing: Listing, *, status: int = 200) -> Response:
        """The listing as it stands now."""
        with tenant_scope(self.actor.organisation):
            fresh = access_listing(self.actor, listing.public_id)
            return Response(OwnListing(fresh).data, status=status)

    def shown_or_waiting(self, listing: Listing) -> Response:
        """The listing, or the request that it waits for."""
        with tenant_scope(self.actor.organisation):
            assistant = access_listing(self.actor, listing.public_id).publication.assistant_public_id
            waiting = pending_opening(self.actor.organisation, assistant)
        return waiting_response(self, waiting) if waiting else self.shown(listing)


class ListingList(_ListingView):
    permissions = {"GET": Permission.BUILD_ASSISTANTS, "POST": Permission.PUBLISH_ASSISTANTS}

    @extend_schema(responses=OwnListing(many=True))
    def get(self, request: Request) -> Response:
        """The organisation's listings, newest first."""
        return self.page_response(request, own_listings(self.actor), OwnListing)

    @extend_schema(request=CreateInput, responses={201: OwnListing})
    def post(self, request: Request) -> Response:
        """Begin a listing of a published assistant."""
        values = self.read_input(request, CreateInput)
        assistant = values.pop("assistant")
        return self.shown(
            create_listing(actor=self.actor, assistant_id=assistant, fields=fields_of(values)), status=201
        )


class ListingDetail(_ListingView):
    permissions = {"GET": Permission.BUILD_ASSISTANTS, "PATCH": Permission.PUBLISH_ASSISTANTS}

    @extend_schema(responses=OwnListing)
    def get(self, request: Request, listing_id: str) -> Response:
        """One listing."""
        return Response(OwnListing(access_listing(self.actor, listing_id)).data)

    @extend_schema(request=ListingInput, responses={200: OwnListing, 202: WaitingOutput})
    def patch(self, request: Request, listing_id: str) -> Response:
        """Change some fields; 202 where a new visibility waits for a second person's word."""
        values = self.read_input(request, ListingInput)
        changed = update_listing(actor=self.actor, listing_id=listing_id, fields=fields_of(values))
        wanted = values.get("visibility")
        return self.shown(changed) if wanted in (None, changed.visibility) else self.shown_or_waiting(changed)


class ListingSubmit(_ListingView):
    permission = Permission.PUBLISH_ASSISTANTS

    @extend_schema(request=None, responses={200: OwnListing, 202: WaitingOutput})
    def post(self, request: Request, listing_id: str) -> Response:
        """Make it live; 202 where the organisation's policy wants a second person's word first."""
        return self.shown_or_waiting(submit_listing(actor=self.actor, listing_id=listing_id))


class ListingUnpublish(_ListingView):
    permission = Permission.PUBLISH_ASSISTANTS

    @extend_schema(request=None, responses=OwnListing)
    def post(self, request: Request, listing_id: str) -> Response:
        """Withdraw it at once."""
        return self.shown(unpublish_listing(actor=self.actor, listing_id=listing_id))
