"""Inviting people, and answering an invitation."""

from allauth.account.adapter import get_adapter
from django.conf import settings as site
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.errors import InvalidInput, NotAuthenticated
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.actions.accept_invitation import accept_invitation, is_for
from organisations.actions.invite_member import invite_member
from organisations.actions.invite_members import invite_members
from organisations.actions.resend_invitation import resend_invitation
from organisations.actions.switch_organisation import switch_organisation
from organisations.actions.withdraw_invitation import withdraw_invitation
from organisations.forms import InvitationListForm, InviteForm
from organisations.invitation_list import read_list
from organisations.invitations import PENDING_KEY
from organisations.models import Invitation, Organisation
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission
from organisations.queries import invitation_by_token, open_invitations


@organisation_page(Permission.MANAGE_MEMBERS)
def invitation_list(request: OrganisationRequest) -> HttpResponse:
    """Show the form and the invitations that wait for an answer."""
    return _list(request, InviteForm(actor=request.actor))


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def invitation_create(request: OrganisationRequest) -> HttpResponse:
    """Invite somebody."""
    form = InviteForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _list(request, form, status=400)
    invitation = invite_member(
        actor=request.actor, email=form.cleaned_data["email"], role=form.cleaned_data["role"]
    )
    messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": invitation.email})
    return redirect("organisations:invitation_list")


@organisation_page(Permission.MANAGE_MEMBERS, methods=("GET", "POST"))
def invitation_many(request: OrganisationRequest) -> HttpResponse:
    """Invite many people by a list: shown first with what is wrong with it, then sent."""
    form = InvitationListForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "organisations/invitation_many.html", {"form": form})
    text = form.text()
    try:
        with tenant_scope(request.actor.organisation):
            rows = read_list(request.actor, text)
    except InvalidInput as error:
        form.add_error("people", error.errors[0].message)
        return render(request, "organisations/invitation_many.html", {"form": form}, status=400)
    right = [row for row in rows if not row.problem]
    if "send" not in request.POST:
        context = {"form": form, "rows": rows, "right": len(right), "text": text}
        return render(request, "organisations/invitation_many.html", context)
    done = invite_members(actor=request.actor, rows=right)
    left = len(rows) - done.sent
    messages.success(request, _sent(done.sent, left))
    return redirect("organisations:invitation_list")


def _sent(sent: int, left: int) -> str:
    words = ngettext(
        "%(count)s invitation is on its way.", "%(count)s invitations are on their way.", sent
    ) % {"count": sent}
    if left:
        words += " " + ngettext("%(count)s row was left out.", "%(count)s rows were left out.", left) % {
            "count": left
        }
    return words


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def invitation_resend(request: OrganisationRequest, invitation_id: str) -> HttpResponse:
    """Send a fresh link."""
    invitation = resend_invitation(actor=request.actor, invitation_id=invitation_id)
    messages.success(request, _("A fresh link is on its way to %(email)s.") % {"email": invitation.email})
    return redirect("organisations:invitation_list")


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def invitation_withdraw(request: OrganisationRequest, invitation_id: str) -> HttpResponse:
    """End an open invitation."""
    invitation = withdraw_invitation(actor=request.actor, invitation_id=invitation_id)
    messages.success(request, _("The invitation to %(email)s no longer works.") % {"email": invitation.email})
    return redirect("organisations:invitation_list")


@public_page()
def invitation_answer(request: OrganisationRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever holds its link: accept it, sign in or up first, or read why it is over."""
    invitation = invitation_by_token(token)
    state = _state(invitation, request)
    context = {"invitation": invitation, "state": state, "token": token, **_ways_in(request)}
    over = state in ("accepted", "withdrawn", "expired")
    if state == "stranger":
        request.session[PENDING_KEY] = token
        # The link was sent to this address only: who signs up with it need not prove it again.
        get_adapter(request).stash_verified_email(request, invitation.email)
    response = render(request, "organisations/invitation_answer.html", context, status=410 if over else 200)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


@public_page(methods=("POST",))
def invitation_accept(request: OrganisationRequest, token: str) -> HttpResponse:
    """Join, and act in the organisation from now on."""
    if request.actor.user is None:
        raise NotAuthenticated
    membership = accept_invitation(actor=request.actor, token=token)
    organisation = membership.organisation
    switch_organisation(
        user=request.actor.user, session=request.session, organisation_id=organisation.public_id
    )
    messages.success(request, _("Welcome to %(name)s.") % {"name": organisation.name})
    return redirect("organisations:overview")


def _state(invitation: Invitation, request: OrganisationRequest) -> str:
    if invitation.accepted_at:
        return "accepted"
    if invitation.withdrawn_at:
        return "withdrawn"
    if not invitation.is_open:
        return "expired"
    if request.actor.user is None:
        return "stranger"
    return "open" if is_for(invitation, request.actor.user) else "somebody_else"


def _ways_in(request: OrganisationRequest) -> dict[str, str]:
    query = urlencode({"next": request.path})
    return {
        "sign_in": f"{reverse(site.LOGIN_URL)}?{query}",
        "sign_up": f"{reverse('account_signup')}?{query}",
    }


def _list(request: OrganisationRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    organisation = request.actor.organisation
    # The page is cut when it is rendered: a form that is shown again has no scope before that.
    context = {
        "form": form,
        "cut": lambda: paginate(
            open_invitations(organisation).select_related("invited_by"),
            cursor=request.GET.get("cursor"),
            limit=25,
        ),
        "personal": organisation.kind == Organisation.Kind.PERSONAL,
    }
    return TemplateResponse(request, "organisations/invitation_list.html", context, status=status)
