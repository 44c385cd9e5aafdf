"""What is set about one source."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from assistants.knowledge.actions.bulk_change import Change, change_sources
from assistants.knowledge.models import SourceSet
from assistants.knowledge.views.answers import changed
from organisations.pages import OrganisationRequest


def save_settings(request: OrganisationRequest, source_set: SourceSet, source_id: str) -> HttpResponse:
    """Save the settings form of a source's page.

    Raises:
        InvalidInput: a field does not fit; the form stays as it was typed.
    """
    form = request.POST
    change = Change(
        name=form.get("name", ""),
        tags=tuple(filter(None, (tag.strip() for tag in form.get("tags", "").split(",")))),
        metadata={
            name.strip(): value.strip()
            for name, value in zip(
                form.getlist("metadata_name"), form.getlist("metadata_value"), strict=False
            )
            if name.strip()
        },
        showing=form.get("showing"),
        groups=tuple(form.getlist("group")) if form.get("restricted") else (),
        sync_every=form.get("sync_every"),
    )
    change_sources(actor=request.actor, source_set=source_set, source_ids=[source_id], change=change)
    return changed(_("Saved."))
