"""The store and an organisation's directory, for reading."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from store.api.serializers import PublicListing, PublicListingDetail
from store.categories import CATEGORY_CHOICES
from store.counting import note_listed
from store.discovery.facets import FAMILIES, OTHER
from store.discovery.meaning import Question, question_of
from store.discovery.meaning.questions import PATIENCE, READING_ON
from store.discovery.narrowing import CHOICES
from store.models import Entry
from store.queries import (
    SORTS,
    directory_listing,
    directory_of,
    listings_of,
    search_listings,
    store_entries,
    visible_listing,
)
from store.switches import require_open


class SearchInput(StrictSerializer):
    """How to search."""

    search = serializers.CharField(required=False, allow_blank=True, max_length=200, trim_whitespace=True)
    category = serializers.ChoiceField(choices=CATEGORY_CHOICES, required=False)
    language = serializers.CharField(required=False, max_length=32)
    price = serializers.ChoiceField(choices=CHOICES["price"], required=False)
    creator = serializers.ChoiceField(choices=CHOICES["creator"], required=False)
    hosts = serializers.ChoiceField(choices=CHOICES["hosts"], required=False)
    writes = serializers.ChoiceField(choices=CHOICES["writes"], required=False)
    model = serializers.ChoiceField(choices=[*FAMILIES, OTHER], required=False)
    sort = serializers.ChoiceField(choices=SORTS, required=False)
    cursor = serializers.CharField(required=False, allow_blank=True, max_length=500)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100)


def search_response(request: Request, rows: QuerySet[Any], question: Question | None = None) -> Response:
    """A page of what was searched for."""
    wanted = SearchInput(data=request.query_params.dict())
    wanted.is_valid(raise_exception=True)
    page = search_listings(rows, question=question, **wanted.validated_data)
    found = listings_of(page.results) if rows.model is Entry else page.results
    note_listed(request, found)
    results = PublicListing(found, many=True).data
    return Response({"results": results, "next": page.next, "previous": page.previous})


class ListingPage(serializers.Serializer[Any]):
    """A page of listings."""

    results = PublicListing(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class StoreListings(OrganisationAPIView):
    public = True

    @extend_schema(parameters=[SearchInput], responses=ListingPage, auth=[])
    def get(self, request: Request) -> Response:
        """Search the public store; no key needed."""
        self.leave_scope()  # a model is asked
        query = request.query_params
        patience = READING_ON if query.get("cursor") else PATIENCE
        question = question_of(query.get("search", ""), patience=patience)
        with tenant_scope(self.actor.organisation):
            require_open(self.actor)
            return search_response(request, store_entries(self.actor), question)


class StoreListing(OrganisationAPIView):
    public = True

    @extend_schema(responses=PublicListingDetail, auth=[])
    def get(self, request: Request, slug: str) -> Response:
        """One listing that the caller may see, with its disclosures; no key needed for public ones."""
        return Response(PublicListingDetail(visible_listing(self.actor, slug)).data)


class DirectoryListings(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(parameters=[SearchInput], responses=ListingPage)
    def get(self, request: Request) -> Response:
        """Search the organisation's own directory."""
        return search_response(request, directory_of(self.actor))


class DirectoryListing(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(responses=PublicListingDetail)
    def get(self, request: Request, slug: str) -> Response:
        """One listing of the directory."""
        return Response(PublicListingDetail(directory_listing(self.actor, slug)).data)
