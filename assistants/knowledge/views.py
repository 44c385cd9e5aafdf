"""The knowledge page's parts, over a source set. Whoever owns sets mounts them: see `knowledge_paths`."""

import json
from datetime import timedelta
from typing import Any, Protocol

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.add_text import add_text
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.remove_source import remove_source, restore_source
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.retry_source import retry_source
from assistants.knowledge.files import check_request_size, largest_file_mb
from assistants.knowledge.formats import ACCEPT
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.policy import MEGABYTE
from assistants.knowledge.presentation import failure_of, sentence_of
from assistants.knowledge.queries import manifest, source_rows, totals
from assistants.knowledge.retrieval import retrieve
from assistants.turns.plan import KnowledgeScope
from kernel.errors import InvalidInput
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

PAGE = 50
QUEUE = 30
FRESH = timedelta(minutes=2)  # how long a finished file stays in the queue
CHANGED = "knowledge-changed"


class FindSet(Protocol):
    """Finds the set that an address means, in the open scope; `edit` where it is to be changed."""

    def __call__(self, actor: Actor, assistant_id: str, *, edit: bool) -> SourceSet: ...


def knowledge_paths(prefix: str, find: FindSet) -> list[URLPattern]:
    """The addresses that the knowledge page's parts talk to.

    Args:
        prefix: the page's own address with `<str:assistant_id>` in it, ending in a slash.
        find: the source set of an assistant of the actor's organisation, in the open scope; raises NotFound.
    """
    pages = KnowledgePages(find)
    source = f"{prefix}sources/<str:source_id>/"
    return [
        path(f"{prefix}sources", pages.sources, name="knowledge_sources"),
        path(f"{prefix}queue", pages.queue, name="knowledge_queue"),
        path(f"{prefix}table", pages.table, name="knowledge_table"),
        path(f"{prefix}search", pages.search, name="knowledge_search"),
        path(f"{source}remove", pages.remove, name="knowledge_source_remove"),
        path(f"{source}restore", pages.restore, name="knowledge_source_restore"),
        path(f"{source}retry", pages.retry, name="knowledge_source_retry"),
        path(f"{source}replace", pages.replace, name="knowledge_source_replace"),
    ]


def panel_context(source_set: SourceSet, base: str) -> dict[str, Any]:
    """What the template `knowledge/panel.html` needs.

    Args:
        base: the page's own address without a slash at its end; the parts live below it.
    """
    limit_mb = largest_file_mb(source_set.organisation_id)
    return {
        "knowledge": {
            "base": base,
            "accept": ACCEPT,
            "limit_mb": limit_mb,
            "limit": limit_mb * MEGABYTE,
        },
        **_queue_context(source_set, base),
        **_table_context(source_set, base, None),
    }


def _queue_context(source_set: SourceSet, base: str) -> dict[str, Any]:
    state = Document.State
    wanted = Q(document__state__in=[*Document.UNFINISHED, state.FAILED]) | Q(
        document__finished_at__gt=timezone.now() - FRESH
    )
    rows = list(source_rows(source_set).filter(wanted).order_by("-pk")[:QUEUE])
    sums = totals(source_set)
    return {
        "base": base,
        "queue": [_row(source) for source in rows],
        "totals": sums,
        "working": sums.working > 0,
    }


def _table_context(source_set: SourceSet, base: str, cursor: str | None) -> dict[str, Any]:
    page = paginate(source_rows(source_set), cursor=cursor, limit=PAGE, order=("-created_at", "-id"))
    return {
        "base": base,
        "page": page,
        "rows": [_row(source) for source in page.results],
        "totals": totals(source_set),
    }


def _row(source: Source) -> dict[str, Any]:
    document = source.document or Document(state=Document.State.FAILED, error_code="file_missing")
    failed = failure_of(document)
    return {
        "source": source,
        "document": document,
        "icon": {"url": "globe", "text": "text"}.get(source.type, "file-text"),
        "sentence": sentence_of(document),
        "failed": failed,
        "failed_at": "embedding" if failed and document.searchable else "parsing",
    }


def _base(request: HttpRequest, tail: str) -> str:
    return request.path.rpartition(tail)[0]


class KnowledgePages:
    """The views behind `knowledge_paths`."""

    def __init__(self, find: FindSet) -> None:
        self._find = find
        get = organisation_page(Permission.BUILD_ASSISTANTS)
        post = organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
        self.queue, self.table, self.search = get(self._queue), get(self._table), get(self._search)
        self.sources, self.replace = post(self._sources), post(self._replace)
        self.remove, self.restore, self.retry = post(self._remove), post(self._restore), post(self._retry)

    def _set(self, request: OrganisationRequest, assistant_id: str) -> SourceSet:
        with tenant_scope(request.actor.organisation):
            return self._find(request.actor, assistant_id, edit=True)

    def _queue(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """The files under way, asked for every second while there are any."""
        source_set = self._find(request.actor, assistant_id, edit=False)
        context = _queue_context(source_set, _base(request, "/queue"))
        response = render(request, "knowledge/_queue.html", context)
        before = request.GET.get("working", "")
        if before.isdigit() and int(before) != context["totals"].working:
            response["HX-Trigger"] = CHANGED
        return response

    def _table(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """All sources, a page at a time."""
        source_set = self._find(request.actor, assistant_id, edit=False)
        context = _table_context(source_set, _base(request, "/table"), request.GET.get("cursor"))
        return render(request, "knowledge/_table.html", context)

    def _search(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """What the sources hold about a query: the passages that an answer would be given."""
        source_set = self._find(request.actor, assistant_id, edit=False)
        query = request.GET.get("query", "").strip()
        scope = KnowledgeScope(source_set.organisation_id, (source_set.pk,), manifest(source_set), None)
        found = retrieve(scope, query, k=8, budget_tokens=4000)
        return render(request, "knowledge/_found.html", {"query": query, "found": found})

    def _sources(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Add one file, a text or a page."""
        check_request_size(request.META, request.actor)
        source_set = self._set(request, assistant_id)
        added = _add(request, source_set)
        return _answer(request, added)

    def _remove(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Remove a source, and offer to bring it back."""
        source_set = self._set(request, assistant_id)
        source = remove_source(actor=request.actor, source_set=source_set, source_id=source_id)
        undo = {"act": _("Undo"), "url": f"{_base(request, '/remove')}/restore"}
        return _changed(_("%(name)s is removed.") % {"name": source.name}, **undo)

    def _restore(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Bring a removed source back."""
        source_set = self._set(request, assistant_id)
        source = restore_source(actor=request.actor, source_set=source_set, source_id=source_id)
        return _changed(_("%(name)s is back.") % {"name": source.name})

    def _retry(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Try a failed source again."""
        source_set = self._set(request, assistant_id)
        retry_source(actor=request.actor, source_set=source_set, source_id=source_id)
        return _changed()

    def _replace(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Give a source another file."""
        check_request_size(request.META, request.actor)
        source_set = self._set(request, assistant_id)
        file = request.FILES.get("file")
        if file is None:
            raise InvalidInput.on("file", "required", _("Choose a file."))
        added = replace_file(
            actor=request.actor, source_set=source_set, source_id=source_id, upload=file, name=file.name or ""
        )
        return _answer(request, added)


def _add(request: OrganisationRequest, source_set: SourceSet) -> Added:
    if file := request.FILES.get("file"):
        return add_file(actor=request.actor, source_set=source_set, upload=file, name=file.name or "")
    if request.POST.get("type") == "url":
        return add_url(actor=request.actor, source_set=source_set, url=request.POST.get("url", ""))
    title, text = request.POST.get("title", ""), request.POST.get("text", "")
    return add_text(actor=request.actor, source_set=source_set, title=title, text=text)


def _answer(request: HttpRequest, added: Added) -> HttpResponse:
    if getattr(request, "htmx", False):
        return _changed(added.note)
    return JsonResponse(
        {"id": added.source.public_id, "name": added.source.name, "note": added.note}, status=201
    )


def _changed(text: str = "", **toast: str) -> HttpResponse:
    triggers: dict[str, Any] = {CHANGED: True}
    if text:
        triggers["toast"] = {"text": text, "level": "success", **toast}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(triggers)})
