"""Creators and their own page for machines."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import NotFound
from kernel.pagination import paginate
from organisations.api.base import OrganisationAPIView, StrictSerializer, limit_of
from organisations.permissions import Permission
from store.actions.follow_creator import follow_creator
from store.actions.save_creator_page import CreatorFields, save_creator_page
from store.api.serializers import PublicListing
from store.creators.queries import listings_of, own_page, present_handle, visible_page
from store.models import CreatorPage
from store.switches import require_open

ORDER = ("-conversations", "-id")


class LinkOutput(serializers.Serializer[Any]):
    """A link with its words."""

    label = serializers.CharField(required=False, allow_blank=True, max_length=40)  # type: ignore[assignment]
    url = serializers.CharField(max_length=300)


class CreatorOutput(serializers.Serializer[Any]):
    """A creator as everybody sees them."""

    id = serializers.CharField(source="public_id")
    handle = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    links = LinkOutput(many=True)
    verified = serializers.SerializerMethodField()
    verified_domain = serializers.CharField()
    followers = serializers.IntegerField()
    since = serializers.DateTimeField(source="created_at")

    def get_verified(self, page: CreatorPage) -> bool:
        """Whether they have proved a domain."""
        return bool(page.verified_domain)


class CreatorDetailOutput(CreatorOutput):
    """With a page of what they have in the public store."""

    assistants = PublicListing(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class OwnCreatorOutput(CreatorOutput):
    """A creator's page as those who look after it see it."""

    is_public = serializers.BooleanField()


class CreatorInput(StrictSerializer):
    """What may be changed; everything is optional but the handle of a first page."""

    handle = serializers.CharField(max_length=41, required=False)
    name = serializers.CharField(max_length=120, required=False)
    about = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    links = LinkOutput(many=True, required=False)
    is_public = serializers.BooleanField(required=False)


class CreatorDetail(OrganisationAPIView):
    public = True

    @extend_schema(responses=CreatorDetailOutput, auth=[])
    def get(self, request: Request, handle: str) -> Response:
        """A creator and what they have in the public store, the most used first; no key needed."""
        require_open(self.actor)
        page = visible_page(self.actor, present_handle(handle) or handle)
        cursor = request.query_params.get("cursor")
        found = paginate(listings_of(self.actor, page), cursor=cursor, limit=limit_of(request), order=ORDER)
        shown = dict(CreatorOutput(page).data)
        shown |= {"assistants": PublicListing(found.results, many=True).data}
        return Response(shown | {"next": found.next, "previous": found.previous})


class CreatorFollow(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=None, responses=CreatorOutput)
    def put(self, request: Request, handle: str) -> Response:
        """Follow a creator: you hear when they publish something."""
        return Response(CreatorOutput(follow_creator(actor=self.actor, handle=handle)).data)

    @extend_schema(responses=CreatorOutput)
    def delete(self, request: Request, handle: str) -> Response:
        """Follow a creator no longer."""
        return Response(CreatorOutput(follow_creator(actor=self.actor, handle=handle, follow=False)).data)


class OwnCreator(OrganisationAPIView):
    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(responses=OwnCreatorOutput)
    def get(self, request: Request) -> Response:
        """Your organisation's own page as a creator."""
        page = own_page(self.actor.organisation)
        if page is None:
            raise NotFound
        return Response(OwnCreatorOutput(page).data)

    @extend_schema(request=CreatorInput, responses=OwnCreatorOutput)
    def patch(self, request: Request) -> Response:
        """Change it, or make it by giving a handle."""
        wanted = self.read_input(request, CreatorInput)
        page = save_creator_page(actor=self.actor, fields=CreatorFields(**wanted))
        return Response(OwnCreatorOutput(page).data)
