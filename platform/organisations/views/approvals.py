"""The inbox of what waits for a second person's word."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import DomainError
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.actions.decide_approval import decide_approval
from organisations.actions.withdraw_approval import withdraw_approval
from organisations.actors import Actor
from organisations.approvals import access_approval, approvals, kind_of
from organisations.grants import level_on
from organisations.models import Approval
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Level, Permission, levels_from


class DecisionForm(forms.Form):
    """Why a request is approved or refused."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A refusal needs a reason. Whoever asked reads it."),
    )


@organisation_page(Permission.VIEW_ORGANISATION)
def approval_list(request: OrganisationRequest) -> HttpResponse:
    """List requests, those that wait first; of one state where wanted."""
    state = request.GET.get("state", "")
    state = state if state in Approval.State.values else ""
    rows = approvals(request.actor, state=state)
    order = ("-waits", "-created_at", "-id")
    context = {
        "page": paginate(rows, cursor=request.GET.get("cursor"), order=order),
        "state": state,
        "states": Approval.State.choices,
        "url": f"?{urlencode({'state': state})}" if state else "?",
        "decides": request.actor.can(Permission.DECIDE_APPROVALS),
    }
    return render(request, "organisations/approval_list.html", context)


@organisation_page(Permission.VIEW_ORGANISATION)
def approval_detail(request: OrganisationRequest, approval_id: str) -> HttpResponse:
    """Show one request: what changes, who asks and why."""
    return _detail(request, approval_id, DecisionForm())


@organisation_page(Permission.DECIDE_APPROVALS, methods=("POST",))
def approval_decide(request: OrganisationRequest, approval_id: str) -> HttpResponse:
    """Approve or refuse."""
    form = DecisionForm(request.POST)
    approve = request.POST.get("decision") == "approve"
    try:
        decided = decide_approval(
            actor=request.actor,
            approval_id=approval_id,
            approve=approve,
            reason=request.POST.get("reason", ""),
        )
    except DomainError as refusal:
        if not refusal.errors:
            raise
        form.is_valid()
        for error in refusal.errors:
            form.add_error("reason", error.message)
        with tenant_scope(request.actor.organisation):
            return _detail(request, approval_id, form, status=refusal.status)
    words = _("Approved: %(subject)s.") if approve else _("Refused: %(subject)s.")
    messages.success(request, words % {"subject": decided.subject_label})
    return redirect("organisations:approval_list")


@organisation_page(Permission.VIEW_ORGANISATION, methods=("POST",))
def approval_withdraw(request: OrganisationRequest, approval_id: str) -> HttpResponse:
    """Take a request back."""
    withdrawn = withdraw_approval(actor=request.actor, approval_id=approval_id)
    messages.success(
        request, _("The request about %(subject)s is withdrawn.") % {"subject": withdrawn.subject_label}
    )
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if safe else reverse("organisations:approval_list"))


def _may_open(actor: Actor, approval: Approval) -> bool:
    """Whether the actor may look at the subject itself; deciding needs no more than what the request says."""
    return level_on(actor, approval.subject_type, approval.subject_id) in levels_from(Level.VIEW)


def _detail(
    request: OrganisationRequest, approval_id: str, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    approval, actor = access_approval(request.actor, approval_id), request.actor
    kind = kind_of(approval)
    barred = actor.user_id in (approval.requested_by_id, *approval.payload.get("authors", ()))
    own = actor.user_id == approval.requested_by_id
    waits = approval.state == Approval.State.PENDING
    may_decide = actor.can(Permission.DECIDE_APPROVALS) and (
        kind is None or kind.permission is None or actor.can(Permission[kind.permission])
    )
    context = {
        "approval": approval,
        "kind": kind,
        "subject_url": kind.url(approval) if kind and _may_open(actor, approval) else "",
        "facts": kind.facts(approval) if kind else (),
        "form": form,
        "waits": waits,
        "may_decide": waits and may_decide and not barred,
        "barred": waits and may_decide and barred,
        "may_withdraw": waits and (own or actor.can(Permission.MANAGE_ASSISTANTS)),
    }
    return render(request, "organisations/approval_detail.html", context, status=status)
