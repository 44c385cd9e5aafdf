"""What a person keeps: the order of their pins, collections, and links that they share."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from store.actions.collect_listing import collect_listing
from store.actions.create_collection import create_collection
from store.actions.create_share_link import NewLink, create_share_link
from store.actions.delete_collection import delete_collection
from store.actions.drop_from_collection import drop_from_collection
from store.actions.order_collection import order_collection
from store.actions.order_collections import order_collections
from store.actions.order_installs import order_installs
from store.actions.restore_collection import restore_collection
from store.actions.revoke_share_link import revoke_share_link
from store.actions.update_collection import update_collection
from store.api.serializers import PublicListing
from store.library.queries import (
    access_collection,
    collections,
    listings_of,
    own_pins,
    recent,
    required_listings,
    share_links,
)
from store.models import Collection, ShareLink


class OrderInput(StrictSerializer):
    """Ids in the order wanted; those that are left out follow."""

    order = serializers.ListField(child=serializers.CharField(max_length=80), max_length=1000)


class KeptOutput(serializers.Serializer[Any]):
    """A pin, a required one or a person's own."""

    listing = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]


class LibraryOutput(serializers.Serializer[Any]):
    """Everything that stands in the library, in its order."""

    pinned = KeptOutput(many=True)
    recent = PublicListing(many=True)


class CollectionOutput(serializers.Serializer[Any]):
    """A collection."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    about = serializers.CharField()
    listings = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(int)
    def get_listings(self, collection: Collection) -> int:
        """How many it holds, also those that the person may not see now."""
        return collection.items.count()


class CollectionDetailOutput(CollectionOutput):
    """A collection with what its owner may use of it."""

    results = serializers.SerializerMethodField()

    @extend_schema_field(PublicListing(many=True))
    def get_results(self, collection: Collection) -> Any:
        """Its listings, in their order."""
        return PublicListing(listings_of(self.context["actor"], collection), many=True).data


class CollectionPage(serializers.Serializer[Any]):
    """A person's collections."""

    results = CollectionOutput(many=True)


class CollectionInput(StrictSerializer):
    """What a collection says."""

    name = serializers.CharField(max_length=80)
    about = serializers.CharField(max_length=300, required=False, allow_blank=True)


class CollectionPatch(CollectionInput):
    """Some of it."""

    name = serializers.CharField(max_length=80, required=False)


class CollectedInput(StrictSerializer):
    """A listing's id or slug."""

    listing = serializers.CharField(max_length=80)


class ShareLinkInput(StrictSerializer):
    """One of the two, and for how many days."""

    collection = serializers.CharField(max_length=48, required=False)
    assistant = serializers.CharField(max_length=48, required=False)
    days = serializers.IntegerField(required=False, min_value=1, max_value=365)


class ShareLinkOutput(serializers.Serializer[Any]):
    """A link; its address is told once, when it is made."""

    id = serializers.CharField(source="public_id")
    collection = serializers.CharField(source="collection.public_id", default=None)
    assistant = serializers.CharField(source="publication.assistant_public_id", default=None)
    made_by = serializers.CharField(source="user.display_name")
    opened = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class NewLinkOutput(ShareLinkOutput):
    """With its address."""

    url = serializers.SerializerMethodField()

    def get_url(self, link: ShareLink) -> str:
        """The whole address."""
        made: NewLink = self.context["made"]
        return made.address


class ShareLinkPage(serializers.Serializer[Any]):
    """Links that work."""

    results = ShareLinkOutput(many=True)


class LibraryView(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(responses=LibraryOutput)
    def get(self, request: Request) -> Response:
        """What is pinned for you, what you have to have first, and what you used last."""
        pinned = [
            {"listing": row.public_id, "slug": row.publication.slug, "name": row.name, "required": True}
            for row in required_listings(self.actor)
        ]
        known = {pin["slug"] for pin in pinned}
        pinned += [
            {"listing": pin.listing_id, "slug": pin.slug, "name": pin.name, "required": False}
            for pin in own_pins(self.actor)
            if pin.slug not in known
        ]
        return Response(LibraryOutput({"pinned": pinned, "recent": recent(self.actor)}).data)


class InstallOrder(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=OrderInput, responses={204: None})
    def put(self, request: Request) -> Response:
        """Order your pins, by their ids, or their listings' ids or slugs."""
        order_installs(actor=self.actor, order=self.read_input(request, OrderInput)["order"])
        return Response(status=204)


class _CollectionView(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    def shown(self, collection: Collection, *, status: int = 200) -> Response:
        """The collection as it is now."""
        with tenant_scope(self.actor.organisation):
            fresh = access_collection(self.actor, collection.public_id)
            return Response(CollectionDetailOutput(fresh, context={"actor": self.actor}).data, status=status)


class CollectionList(_CollectionView):
    @extend_schema(responses=CollectionPage)
    def get(self, request: Request) -> Response:
        """Your collections, in your order."""
        return Response({"results": CollectionOutput(collections(self.actor), many=True).data})

    @extend_schema(request=CollectionInput, responses={201: CollectionDetailOutput})
    def post(self, request: Request) -> Response:
        """Make an empty collection."""
        made = create_collection(actor=self.actor, **self.read_input(request, CollectionInput))
        return self.shown(made, status=201)


class CollectionOrder(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=OrderInput, responses={204: None})
    def put(self, request: Request) -> Response:
        """Order your collections."""
        order_collections(actor=self.actor, order=self.read_input(request, OrderInput)["order"])
        return Response(status=204)


class CollectionDetail(_CollectionView):
    @extend_schema(responses=CollectionDetailOutput)
    def get(self, request: Request, collection_id: str) -> Response:
        """One collection, with its listings."""
        found = access_collection(self.actor, collection_id)
        return Response(CollectionDetailOutput(found, context={"actor": self.actor}).data)

    @extend_schema(request=CollectionPatch, responses=CollectionDetailOutput)
    def patch(self, request: Request, collection_id: str) -> Response:
        """Rename it, or say what it is about."""
        values = self.read_input(request, CollectionPatch)
        return self.shown(update_collection(actor=self.actor, collection_id=collection_id, **values))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, collection_id: str) -> Response:
        """Delete it; for a day `/restore` brings it back."""
        delete_collection(actor=self.actor, collection_id=collection_id)
        return Response(status=204)


class CollectionRestore(_CollectionView):
    @extend_schema(request=None, responses=CollectionDetailOutput)
    def post(self, request: Request, collection_id: str) -> Response:
        """Bring a deleted collection back."""
        return self.shown(restore_collection(actor=self.actor, collection_id=collection_id))


class CollectionListings(_CollectionView):
    @extend_schema(request=CollectedInput, responses=CollectionDetailOutput)
    def post(self, request: Request, collection_id: str) -> Response:
        """Put a listing into it; again is no error."""
        values = self.read_input(request, CollectedInput)
        return self.shown(collect_listing(actor=self.actor, collection_id=collection_id, **values))

    @extend_schema(request=OrderInput, responses=CollectionDetailOutput)
    def put(self, request: Request, collection_id: str) -> Response:
        """Order its listings, by their `lst_…` ids."""
        values = self.read_input(request, OrderInput)
        return self.shown(order_collection(actor=self.actor, collection_id=collection_id, **values))


class CollectionListing(_CollectionView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, collection_id: str, listing_id: str) -> Response:
        """Take a listing out of it."""
        drop_from_collection(actor=self.actor, collection_id=collection_id, listing_id=listing_id)
        return Response(status=204)


class ShareLinkList(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(responses=ShareLinkPage)
    def get(self, request: Request) -> Response:
        """The links that you made and that still work, newest first."""
        return Response({"results": ShareLinkOutput(share_links(self.actor), many=True).data})

    @extend_schema(request=ShareLinkInput, responses={201: NewLinkOutput})
    def post(self, request: Request) -> Response:
        """Make a link; `url` is told this once."""
        made = create_share_link(actor=self.actor, **self.read_input(request, ShareLinkInput))
        with tenant_scope(self.actor.organisation):
            row = share_links(self.actor).get(pk=made.link.pk)
            return Response(NewLinkOutput(row, context={"made": made}).data, status=201)


class ShareLinkDetail(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(responses={204: None})
    def delete(self, request: Request, link_id: str) -> Response:
        """Take a link back; it ends at once."""
        revoke_share_link(actor=self.actor, link_id=link_id)
        return Response(status=204)
