"""The organisation's policy: looked at, tried, and set."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput, StaleRevision
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.policy import policy_row
from organisations.policy_form import PolicyForm, document_of, present_form
from organisations.policy_preview import preview_policy


@organisation_page(Permission.MANAGE_POLICY)
def policy_detail(request: OrganisationRequest) -> HttpResponse:
    """Show what the organisation allows."""
    organisation = request.actor.organisation
    row = policy_row(organisation)
    context = {"form": present_form(organisation, row), "row": row}
    return render(request, "organisations/policy.html", context)


@organisation_page(Permission.MANAGE_POLICY, methods=("POST",))
def policy_preview(request: OrganisationRequest) -> HttpResponse:
    """Say what a change would break, before it is saved."""
    document = document_of(request.POST)
    with tenant_scope(request.actor.organisation):
        try:
            impacts = preview_policy(actor=request.actor, document=document)
        except InvalidInput as refusal:
            return _again(request, document, {"refusal": refusal})
        return _again(request, document, {"looked": True, "impacts": impacts})


@organisation_page(Permission.MANAGE_POLICY, methods=("POST",))
def policy_save(request: OrganisationRequest) -> HttpResponse:
    """Set the policy."""
    document = document_of(request.POST)
    try:
        set_policy(actor=request.actor, document=document, revision=_revision(request.POST))
    except (InvalidInput, StaleRevision) as refusal:
        with tenant_scope(request.actor.organisation):
            return _again(request, document, {"refusal": refusal}, status=refusal.status)
    messages.success(request, _("The policy is saved. It holds at once."))
    return redirect("organisations:policy")


def _again(
    request: OrganisationRequest, document: dict[str, Any], context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    refusal = context.get("refusal")
    form = PolicyForm(
        request.actor.organisation,
        document,
        revision=_revision(request.POST),
        typed=request.POST,
        errors=refusal.errors if refusal else (),
    )
    parts = request.headers.get("HX-Request") == "true"
    template = "organisations/partials/policy_form.html" if parts else "organisations/policy.html"
    row = policy_row(request.actor.organisation)
    return render(request, template, {"form": form, "row": row, **context}, status=status)


def _revision(typed: QueryDict) -> int:
    given = typed.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1
