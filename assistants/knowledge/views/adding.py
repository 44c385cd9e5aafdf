"""What the page's forms add."""

from django.utils.translation import gettext as _

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.add_qa import add_qa
from assistants.knowledge.actions.add_site import add_site
from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.add_text import add_text
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.bulk_change import Change, change_sources
from assistants.knowledge.models import Source, SourceSet
from kernel.errors import InvalidInput
from organisations.pages import OrganisationRequest


def add(request: OrganisationRequest, source_set: SourceSet) -> Added:
    """Add what a form holds: a file, else what its `type` says."""
    form = request.POST
    if file := request.FILES.get("file"):
        return add_file(actor=request.actor, source_set=source_set, upload=file, name=file.name or "")
    if form.get("type") in (Source.Type.URL, Source.Type.SITE):
        return _from_the_web(request, source_set)
    if form.get("type") == Source.Type.QA:
        return add_qa(
            actor=request.actor,
            source_set=source_set,
            title=form.get("title", ""),
            pairs=typed_pairs(request),
        )
    title, text = form.get("title", ""), form.get("text", "")
    return add_text(actor=request.actor, source_set=source_set, title=title, text=text)


def typed_pairs(request: OrganisationRequest) -> list[dict[str, str]]:
    """The pairs of a form, without those of which nothing was written."""
    questions, answers = request.POST.getlist("question"), request.POST.getlist("answer")
    pairs = zip(questions, answers, strict=False)
    return [
        {"question": str(question), "answer": str(answer)}
        for question, answer in pairs
        if str(question).strip() or str(answer).strip()
    ]


def _from_the_web(request: OrganisationRequest, source_set: SourceSet) -> Added:
    form, url = request.POST, request.POST.get("url", "")
    if form["type"] == Source.Type.URL:
        added = add_url(actor=request.actor, source_set=source_set, url=url)
    else:
        settings = {
            "depth": _number(request, "depth"),
            "pages": _number(request, "pages"),
            "include": _lines(form.get("include", "")),
            "exclude": _lines(form.get("exclude", "")),
            "sitemap": form.get("sitemap") == "1",
        }
        added = add_site(actor=request.actor, source_set=source_set, url=url, settings=settings)
    if rhythm := form.get("sync_every"):
        change_sources(
            actor=request.actor,
            source_set=source_set,
            source_ids=[added.source.public_id],
            change=Change(sync_every=rhythm),
        )
    return added


def _number(request: OrganisationRequest, name: str) -> int:
    value = request.POST.get(name, "")
    if not value.isdecimal() or len(value) > 6:
        raise InvalidInput.on(name, "invalid", _("Give a whole number."))
    return int(value)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
