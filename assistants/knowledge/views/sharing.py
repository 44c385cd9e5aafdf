"""Sources of other assistants: a picker for them, and sharing no longer."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from assistants.knowledge.actions.share_source import share_source
from assistants.knowledge.actions.unshare_source import unshare_source
from assistants.knowledge.models import SourceSet
from assistants.knowledge.sharing import shareable
from assistants.knowledge.views.answers import changed, changes
from assistants.knowledge.views.rows import rows_of
from kernel.pagination import paginate
from organisations.actors import Actor
from organisations.pages import OrganisationRequest

PAGE = 20


def shareable_context(
    actor: Actor, source_set: SourceSet, base: str, words: str, cursor: str | None
) -> dict[str, Any]:
    """What the template `knowledge/_shareable.html` needs: what could be shared and fits the words, newest first."""
    words = words.strip()[:200]
    page = paginate(
        shareable(actor, source_set, words), cursor=cursor, limit=PAGE, order=("-created_at", "-id")
    )
    rows = rows_of(actor, source_set, page.results)
    return {"base": base, "rows": rows, "page": page, "words": words, "further": bool(cursor)}


def share(request: OrganisationRequest, source_set: SourceSet, base: str) -> HttpResponse:
    """Answer from another assistant's source too; the picker's button turns into one that undoes it."""
    source_id = request.POST.get("source") or request.GET.get("source", "")
    added = share_source(actor=request.actor, source_set=source_set, source_id=source_id)
    return _button(request, base, added.source.public_id, added.source.name, shared=True)


def unshare(request: OrganisationRequest, source_set: SourceSet, source_id: str, base: str) -> HttpResponse:
    """Share a source no longer, and offer to undo it: in the picker by its button, else in a message."""
    source = unshare_source(actor=request.actor, source_set=source_set, source_id=source_id)
    if request.POST.get("picker"):
        return _button(request, base, source_id, source.name, shared=False)
    said = _("%(name)s is no longer shared with this assistant.") % {"name": source.name}
    return changed(said, act=_("Undo"), url=f"{base}/share?source={source_id}")


def _button(
    request: OrganisationRequest, base: str, source_id: str, name: str, *, shared: bool
) -> HttpResponse:
    context = {"base": base, "id": source_id, "name": name, "shared": shared, "focus": True}
    response = render(request, "knowledge/_share.html", context)
    response["HX-Trigger"] = changes()
    return response
