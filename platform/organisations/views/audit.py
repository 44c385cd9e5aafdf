"""The log of who did what."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from kernel.errors import FieldError, InvalidInput
from kernel.pagination import Page, paginate
from organisations.actions.export_audit_log import export_audit_log
from organisations.audit_export import CONTENT_TYPES
from organisations.audit_fields import differences, facts
from organisations.audit_log import (
    MOST_MATCHES,
    AuditFilter,
    access_entry,
    actions_that_occur,
    find_entries,
    people_who_occur,
)
from organisations.audit_words import words_for_action
from organisations.downloads import download
from organisations.models import AuditEntry
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.verification import look_at_newest

FILTERS = ("action", "person", "target", "search", "from", "to")


@organisation_page(Permission.VIEW_AUDIT)
def audit_list(request: OrganisationRequest) -> HttpResponse:
    """List what happened, newest first, as far as it fits the filters."""
    organisation = request.actor.organisation
    asked = {name: value for name in FILTERS if (value := request.GET.get(name, "").strip()[:200])}
    errors: Sequence[FieldError] = ()
    page: Page[AuditEntry] = Page([], None, None)
    try:
        rows = find_entries(organisation, AuditFilter.read(asked))
        page = paginate(rows, cursor=request.GET.get("cursor"), limit=50)
    except InvalidInput as error:
        errors = error.errors
    actions = [(action, words_for_action(action)) for action in actions_that_occur(organisation)]
    context = {
        "page": page,
        "actions": sorted(actions, key=lambda choice: choice[1]),
        "people": people_who_occur(organisation),
        "asked": asked,
        "errors": {error.field: error.message for error in errors},
        "most": MOST_MATCHES,
        "chain": look_at_newest(organisation),
        "url": f"?{urlencode(asked)}",
    }
    return render(request, "organisations/audit_list.html", context)


@organisation_page(Permission.VIEW_AUDIT)
def audit_entry(request: OrganisationRequest, entry_id: str) -> HttpResponse:
    """Show everything that one line says: what was and what became, and its link in the chain."""
    entry = access_entry(request.actor.organisation, entry_id)
    context = {"entry": entry, "differences": differences(entry), "facts": facts(entry)}
    return render(request, "organisations/audit_entry.html", context)


@organisation_page(Permission.VIEW_AUDIT, methods=("POST",))
def audit_export(request: OrganisationRequest) -> HttpResponse:
    """Send what fits the filters as a file."""
    file_format, wanted = request.POST.get("format", ""), AuditFilter.read(request.POST)
    chunks = export_audit_log(actor=request.actor, wanted=wanted, file_format=file_format)
    name = f"audit-{request.actor.organisation.slug}-{timezone.now():%Y-%m-%d}.{file_format}"
    content_type = CONTENT_TYPES[file_format]
    return download(request, chunks, name=name, content_type=content_type)  # type: ignore[return-value] # a stream
