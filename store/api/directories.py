"""How an organisation's directory is kept: departments, what people have to have, and the list of the public store."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.tenancy import tenant_scope
from organisations.api.approvals import WaitingOutput, waiting_response
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from store.actions.allow_listing import allow_listing
from store.actions.ask_for_listing import ask_for_listing
from store.actions.create_department import create_department
from store.actions.delete_department import delete_department
from store.actions.disallow_listing import disallow_listing
from store.actions.drop_requirement import drop_requirement
from store.actions.order_departments import order_departments
from store.actions.place_listing import place_listing
from store.actions.require_listing import require_listing
from store.actions.update_department import update_department
from store.api.library import OrderInput
from store.api.serializers import OwnListing
from store.directories.queries import (
    access_department,
    access_requirement,
    allowed_listings,
    departments_for,
    listings_named,
    requirements,
)
from store.models import AllowedListing, Department
from store.queries import access_listing


class DepartmentOutput(serializers.Serializer[Any]):
    """A department."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    publishers = serializers.CharField(source="publishers.public_id", default=None)
    listings = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(int)
    def get_listings(self, department: Department) -> int:
        """How many live listings stand in it."""
        return department.listings.filter(state="live").count()


class DepartmentPage(serializers.Serializer[Any]):
    """All departments, in their order."""

    results = DepartmentOutput(many=True)


class DepartmentInput(StrictSerializer):
    """Its name, and the id of the group that publishes in it."""

    name = serializers.CharField(max_length=80)
    publishers = serializers.CharField(max_length=48, required=False, allow_null=True)


class DepartmentPatch(DepartmentInput):
    """Some of it; `publishers` null leaves it to whoever may publish."""

    name = serializers.CharField(max_length=80, required=False)


class PlaceInput(StrictSerializer):
    """A department's id, or null for none; why, where its publishers have to be asked."""

    department = serializers.CharField(max_length=48, allow_null=True)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class RequirementOutput(serializers.Serializer[Any]):
    """Something that people have to have; `group` null means everybody."""

    id = serializers.CharField(source="public_id")
    listing = serializers.CharField(source="listing_id")
    group = serializers.CharField(source="group.public_id", default=None)
    created_at = serializers.DateTimeField()


class RequirementPage(serializers.Serializer[Any]):
    """All of them."""

    results = RequirementOutput(many=True)


class RequirementInput(StrictSerializer):
    """A listing's id or slug, and for whom."""

    listing = serializers.CharField(max_length=80)
    group = serializers.CharField(max_length=48, required=False, allow_null=True)


class AllowedOutput(serializers.Serializer[Any]):
    """A listing of the public store on the list; `slug` and `name` are null once it has left the store."""

    listing = serializers.CharField(source="listing_id")
    slug = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_slug(self, row: AllowedListing) -> str | None:
        """Its public name."""
        found = listings_named([row.listing_id]).get(row.listing_id)
        return found.publication.slug if found else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_name(self, row: AllowedListing) -> str | None:
        """What it is called."""
        found = listings_named([row.listing_id]).get(row.listing_id)
        return found.name if found else None


class AllowedPage(serializers.Serializer[Any]):
    """A page of the list."""

    results = AllowedOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class AllowInput(StrictSerializer):
    """A listing's id or slug, and why."""

    listing = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AskInput(StrictSerializer):
    """A listing's id or slug, and what it is needed for."""

    listing = serializers.CharField(max_length=80)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class _DepartmentView(OrganisationAPIView):
    def shown(self, department: Department, *, status: int = 200) -> Response:
        """The department as it is now."""
        with tenant_scope(self.actor.organisation):
            fresh = access_department(self.actor.organisation, department.public_id)
            return Response(DepartmentOutput(fresh).data, status=status)


class DepartmentList(_DepartmentView):
    permissions = {"GET": Permission.USE_ASSISTANTS, "POST": Permission.MANAGE_ORGANISATION}

    @extend_schema(responses=DepartmentPage)
    def get(self, request: Request) -> Response:
        """The departments of the directory; for guests those that hold something for them."""
        return Response({"results": DepartmentOutput(departments_for(self.actor), many=True).data})

    @extend_schema(request=DepartmentInput, responses={201: DepartmentOutput})
    def post(self, request: Request) -> Response:
        """Add a department at the end."""
        values = self.read_input(request, DepartmentInput)
        made = create_department(
            actor=self.actor, name=values["name"], publishers=values.get("publishers") or ""
        )
        return self.shown(made, status=201)


class DepartmentOrder(OrganisationAPIView):
    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(request=OrderInput, responses={204: None})
    def put(self, request: Request) -> Response:
        """Order the departments."""
        order_departments(actor=self.actor, order=self.read_input(request, OrderInput)["order"])
        return Response(status=204)


class DepartmentDetail(_DepartmentView):
    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(request=DepartmentPatch, responses=DepartmentOutput)
    def patch(self, request: Request, department_id: str) -> Response:
        """Rename it, or say who publishes in it."""
        values = self.read_input(request, DepartmentPatch)
        given = {name: value or "" for name, value in values.items()}
        return self.shown(update_department(actor=self.actor, department_id=department_id, **given))

    @extend_schema(parameters=[OpenApiParameter("move_to", str)], responses={204: None})
    def delete(self, request: Request, department_id: str) -> Response:
        """Delete it; its listings go to the department `move_to`, or stand in none."""
        delete_department(
            actor=self.actor, department_id=department_id, move_to=request.query_params.get("move_to", "")
        )
        return Response(status=204)


class ListingDepartment(OrganisationAPIView):
    permission = Permission.PUBLISH_ASSISTANTS

    @extend_schema(request=PlaceInput, responses={200: OwnListing, 202: WaitingOutput})
    def put(self, request: Request, listing_id: str) -> Response:
        """Put a listing into a department; 202 where its publishers are asked first."""
        values = self.read_input(request, PlaceInput)
        listing, waiting = place_listing(
            actor=self.actor,
            listing_id=listing_id,
            department_id=values["department"] or "",
            reason=values.get("reason", ""),
        )
        if waiting is not None:
            return waiting_response(self, waiting)
        with tenant_scope(self.actor.organisation):
            return Response(OwnListing(access_listing(self.actor, listing.public_id)).data)


class RequirementList(OrganisationAPIView):
    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(responses=RequirementPage)
    def get(self, request: Request) -> Response:
        """What people have to have."""
        return Response({"results": RequirementOutput(requirements(self.actor.organisation), many=True).data})

    @extend_schema(request=RequirementInput, responses={201: RequirementOutput})
    def post(self, request: Request) -> Response:
        """Pin a listing for a group or for everybody; again is no error."""
        values = self.read_input(request, RequirementInput)
        made = require_listing(actor=self.actor, listing=values["listing"], group=values.get("group") or "")
        with tenant_scope(self.actor.organisation):
            row = access_requirement(self.actor.organisation, made.public_id)
            return Response(RequirementOutput(row).data, status=201)


class RequirementDetail(OrganisationAPIView):
    permission = Permission.MANAGE_ORGANISATION

    @extend_schema(responses={204: None})
    def delete(self, request: Request, requirement_id: str) -> Response:
        """Let people take it off."""
        drop_requirement(actor=self.actor, requirement_id=requirement_id)
        return Response(status=204)


class AllowedList(OrganisationAPIView):
    permissions = {"GET": Permission.USE_ASSISTANTS, "POST": Permission.MANAGE_POLICY}

    @extend_schema(responses=AllowedPage)
    def get(self, request: Request) -> Response:
        """What of the public store the organisation allows, newest first."""
        return self.page_response(request, allowed_listings(self.actor.organisation), AllowedOutput)

    @extend_schema(request=AllowInput, responses={201: AllowedOutput})
    def post(self, request: Request) -> Response:
        """Allow a listing; again is no error."""
        made = allow_listing(actor=self.actor, **self.read_input(request, AllowInput))
        with tenant_scope(self.actor.organisation):
            return Response(AllowedOutput(made).data, status=201)


class AllowedDetail(OrganisationAPIView):
    permission = Permission.MANAGE_POLICY

    @extend_schema(responses={204: None})
    def delete(self, request: Request, listing_id: str) -> Response:
        """Take a listing off the list."""
        disallow_listing(actor=self.actor, listing_id=listing_id)
        return Response(status=204)


class AllowedRequests(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=AskInput, responses={202: WaitingOutput})
    def post(self, request: Request) -> Response:
        """Ask administrators to allow a listing."""
        return waiting_response(self, ask_for_listing(actor=self.actor, **self.read_input(request, AskInput)))
