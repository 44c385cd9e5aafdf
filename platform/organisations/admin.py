"""Organisations, people and the log of the staff, for the platform's staff."""

from typing import Any, cast

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.actions.set_person_active import (
    deactivate_person,
    end_sessions_of,
    prepare_verification,
    reactivate_person,
)
from accounts.models import StaffAction, User
from accounts.queries import email_is_verified
from accounts.staff import Staff
from organisations.actions.act_as import act_as
from organisations.actions.suspend_organisation import resume_organisation, suspend_organisation
from organisations.models import Membership, Organisation
from organisations.staffing.tables import EVERY_ROLE, OPERATOR, Act, StaffTable, site

Data = dict[str, Any]


def _suspend(_request: HttpRequest, staff: Staff, row: Organisation, data: Data) -> None:
    suspend_organisation(staff=staff, organisation_id=row.public_id, reason=data["reason"])


def _resume(_request: HttpRequest, staff: Staff, row: Organisation, data: Data) -> None:
    resume_organisation(staff=staff, organisation_id=row.public_id, reason=data["reason"])


@admin.register(Organisation, site=site)
class OrganisationTable(StaffTable):
    """Every organisation; operators suspend and resume them."""

    roles = OPERATOR
    label = _("Organisations")
    icon = "apartment"
    list_display = ("name", "slug", "kind", "people", "created_at", "suspended_at")
    list_filter = ("kind",)
    search_fields = ("name", "slug", "public_id")
    ordering = ("-created_at",)
    fields = ("name", "slug", "public_id", "kind", "people", "mfa_required", "created_at", "suspended_at")
    acts = (
        Act(
            "suspend",
            _("Suspend"),
            _("Within 5 seconds nobody acts in it any more, by session or key, and nothing of it is served."),
            _suspend,
            lambda row: row.suspended_at is None and row.kind != Organisation.Kind.PLATFORM,
        ),
        Act(
            "resume",
            _("Resume"),
            _("It goes on as before."),
            _resume,
            lambda row: row.suspended_at is not None,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organisation]:
        counted = (
            Membership.unscoped.filter(organisation=OuterRef("pk"))
            .order_by()
            .values("organisation")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return cast(QuerySet[Organisation], super().get_queryset(request).annotate(people=Subquery(counted)))

    @admin.display(description=_("People"))
    def people(self, row: Any) -> int:
        """How many members it has."""
        return row.people or 0


def _deactivate(_request: HttpRequest, staff: Staff, row: User, data: Data) -> None:
    deactivate_person(staff=staff, user_id=row.public_id, reason=data["reason"])


def _reactivate(_request: HttpRequest, staff: Staff, row: User, data: Data) -> None:
    reactivate_person(staff=staff, user_id=row.public_id, reason=data["reason"])


def _sign_out(_request: HttpRequest, staff: Staff, row: User, data: Data) -> None:
    end_sessions_of(staff=staff, user_id=row.public_id, reason=data["reason"])


def _verify(request: HttpRequest, staff: Staff, row: User, data: Data) -> None:
    address = prepare_verification(staff=staff, user_id=row.public_id, reason=data["reason"])
    send_verification_email_to_address(request, address)


def _act_as(request: HttpRequest, staff: Staff, row: User, data: Data) -> HttpResponse:
    act_as(staff=staff, session=request.session, user_id=row.public_id, reason=data["reason"])
    return redirect("/")


@admin.register(User, site=site)
class PersonTable(StaffTable):
    """Everybody who can sign in."""

    roles = OPERATOR
    label = _("People")
    icon = "person"
    list_display = ("email", "name", "is_active", "staff_role", "created_at", "last_login")
    list_filter = ("is_active", "staff_role")
    search_fields = ("email", "name", "public_id")
    ordering = ("-created_at",)
    fields = (
        "email", "name", "public_id", "verified", "locale", "is_active", "staff_role", "created_at", "last_login",
    )  # fmt: skip
    acts = (
        Act(
            "deactivate",
            _("Deactivate"),
            _("They are signed out everywhere, cannot sign in, and their keys stop working."),
            _deactivate,
            lambda row: row.is_active and not row.is_staff,
        ),
        Act(
            "reactivate",
            _("Reactivate"),
            _("They can sign in again."),
            _reactivate,
            lambda row: not row.is_active,
        ),
        Act("sign-out", _("Sign out everywhere"), _("All of their sessions end."), _sign_out),
        Act(
            "verify",
            _("Send verification again"),
            _("They get a new link that shows the address to be theirs."),
            _verify,
            lambda row: not email_is_verified(row),
        ),
        Act(
            "act-as",
            _("Act as"),
            _(
                "You see what they see, for an hour at most. They are told, and every line of the log names you."
            ),
            _act_as,
            lambda row: row.is_active and not row.is_staff,
        ),
    )

    @admin.display(description=_("Verified"), boolean=True)
    def verified(self, row: User) -> bool:
        """Whether the address was confirmed."""
        return email_is_verified(row)


@admin.register(StaffAction, site=site)
class StaffActionTable(StaffTable):
    """What the staff did: for all of them to see, for nobody to change."""

    roles = EVERY_ROLE
    label = _("What staff did")
    icon = "history"
    list_display = ("created_at", "staff_label", "action", "target_type", "target_label", "reason")
    list_filter = ("action",)
    search_fields = ("staff_label", "target_label", "target_id", "reason")
    ordering = ("-created_at", "-id")
    fields = (
        "created_at", "staff_label", "action", "target_type", "target_id", "target_label", "reason", "detail", "ip",
    )  # fmt: skip
