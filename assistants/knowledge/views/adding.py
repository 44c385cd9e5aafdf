"""What the page's forms add."""

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.add_text import add_text
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.models import SourceSet
from organisations.pages import OrganisationRequest


def add(request: OrganisationRequest, source_set: SourceSet) -> Added:
    """Add what a form holds: a file, else what its `type` says."""
    if file := request.FILES.get("file"):
        return add_file(actor=request.actor, source_set=source_set, upload=file, name=file.name or "")
    if request.POST.get("type") == "url":
        return add_url(actor=request.actor, source_set=source_set, url=request.POST.get("url", ""))
    title, text = request.POST.get("title", ""), request.POST.get("text", "")
    return add_text(actor=request.actor, source_set=source_set, title=title, text=text)
