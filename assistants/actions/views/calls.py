"""What assistants did outside: the organisation's calls, and everybody's own."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from assistants.actions.actions.export_calls import export_calls
from assistants.actions.models import ActionCall
from assistants.actions.record_export import CONTENT_TYPE
from assistants.actions.records import (
    access_call,
    assistants_that_occur,
    hosts_that_occur,
    read_filter,
    sees_all,
    visible_calls,
)
from kernel.errors import FieldError, InvalidInput
from kernel.pagination import Page, paginate
from organisations.downloads import download
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

FILTERS = ("assistant", "host", "person", "outcome", "from", "to")
A_PAGE = 50


@organisation_page(Permission.VIEW_AUDIT)
def call_list(request: OrganisationRequest) -> HttpResponse:
    """List the calls that assistants made for the organisation's people, as far as they fit the filters."""
    context = _listed(request, own=False) | {
        "assistants": assistants_that_occur(request.actor),
        "hosts": hosts_that_occur(request.actor),
        "outcomes": ActionCall.Outcome.choices,
    }
    return render(request, "actions/call_list.html", context)


@organisation_page(Permission.USE_ASSISTANTS)
def own_call_list(request: OrganisationRequest) -> HttpResponse:
    """List the calls that assistants made for the person."""
    context = _listed(request, own=True) | {"outcomes": ActionCall.Outcome.choices}
    return render(request, "actions/own_call_list.html", context)


@organisation_page(Permission.USE_ASSISTANTS)
def call_detail(request: OrganisationRequest, call_id: str) -> HttpResponse:
    """Show everything that was written down of a call."""
    call = access_call(request.actor, call_id)
    own = request.user.is_authenticated and call.user_id == request.user.pk
    context = {"call": call, "back_to_all": sees_all(request.actor) and not own}
    return render(request, "actions/call_detail.html", context)


@organisation_page(Permission.VIEW_AUDIT, methods=("POST",))
def call_export(request: OrganisationRequest) -> HttpResponse:
    """Send what fits the filters as a file."""
    chunks = export_calls(actor=request.actor, wanted=read_filter(request.POST))
    name = f"calls-{request.actor.organisation.slug}-{timezone.now():%Y-%m-%d}.csv"
    return download(request, chunks, name=name, content_type=CONTENT_TYPE)  # type: ignore[return-value] # a stream


def _listed(request: OrganisationRequest, *, own: bool) -> dict[str, object]:
    asked = {name: value for name in FILTERS if (value := request.GET.get(name, "").strip()[:255])}
    errors: Sequence[FieldError] = ()
    page: Page[ActionCall] = Page([], None, None)
    try:
        rows = visible_calls(request.actor, read_filter(asked), own=own)
        page = paginate(rows, cursor=request.GET.get("cursor"), limit=A_PAGE)
    except InvalidInput as error:
        errors = error.errors
    return {
        "page": page,
        "asked": asked,
        "errors": {error.field: error.message for error in errors},
        "url": f"?{urlencode(asked)}",
    }
