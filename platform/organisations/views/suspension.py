"""Keeping members out for a while."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from organisations.actions.resume_member import resume_member
from organisations.actions.suspend_member import suspend_member
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def member_suspend(request: OrganisationRequest, membership_id: str) -> HttpResponse:
    """Suspend a member."""
    member = suspend_member(actor=request.actor, membership_id=membership_id)
    messages.success(request, _("%(name)s is suspended.") % {"name": member.user.display_name})
    return redirect("organisations:member_list")


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def member_resume(request: OrganisationRequest, membership_id: str) -> HttpResponse:
    """End a suspension."""
    member = resume_member(actor=request.actor, membership_id=membership_id)
    messages.success(request, _("%(name)s is back.") % {"name": member.user.display_name})
    return redirect("organisations:member_list")
