"""The addresses that the knowledge page's parts talk to."""

from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from assistants.knowledge.actions.remove_source import remove_source, restore_source
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.retry_source import retry_source
from assistants.knowledge.actions.sync_source import sync_source
from assistants.knowledge.files import check_request_size
from assistants.knowledge.models import SourceSet
from assistants.knowledge.overview import Listing
from assistants.knowledge.places import has_picture
from assistants.knowledge.queries import access_source, manifest, scope_of
from assistants.knowledge.rendering.answers import answer_picture
from assistants.knowledge.retrieval import retrieve
from assistants.knowledge.sharing import NOBODY, access_shared, also_gone_from, goes_from, users_of
from assistants.knowledge.views.adding import add
from assistants.knowledge.views.answers import CHANGED, answer_upload, ask_first, changed
from assistants.knowledge.views.bulk import act
from assistants.knowledge.views.contents import open_contents, write_contents
from assistants.knowledge.views.panel import children_context, queue_context, table_context
from assistants.knowledge.views.rows import Row
from assistants.knowledge.views.settings import save_settings
from assistants.knowledge.views.sharing import share, shareable_context, unshare
from assistants.knowledge.views.source import cut_context, found_context, placed
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


class FindSet(Protocol):
    """Finds the set that an address means, in the open scope; `edit` where it is to be changed."""

    def __call__(self, actor: Actor, assistant_id: str, *, edit: bool) -> SourceSet: ...


def knowledge_paths(prefix: str, find: FindSet, *, playground: str = "") -> list[URLPattern]:
    """The addresses that the knowledge page's parts talk to.

    Args:
        prefix: the page's own address with `<str:assistant_id>` in it, ending in a slash.
        find: the source set of an assistant of the actor's organisation, in the open scope; raises NotFound.
        playground: name of the address, with an assistant's id in it, at which a search is explained.
    """
    pages = KnowledgePages(find, playground)
    source = f"{prefix}sources/<str:source_id>/"
    return [
        path(f"{prefix}sources", pages.sources, name="knowledge_sources"),
        path(f"{prefix}queue", pages.queue, name="knowledge_queue"),
        path(f"{prefix}table", pages.table, name="knowledge_table"),
        path(f"{prefix}search", pages.search, name="knowledge_search"),
        path(f"{prefix}bulk", pages.bulk, name="knowledge_bulk"),
        path(f"{prefix}shareable", pages.shareable, name="knowledge_shareable"),
        path(f"{prefix}share", pages.share, name="knowledge_share"),
        path(f"{source}unshare", pages.unshare, name="knowledge_source_unshare"),
        path(f"{source}picture", pages.picture, name="knowledge_source_picture"),
        path(f"{source}children", pages.children, name="knowledge_source_children"),
        path(f"{source}open", pages.open, name="knowledge_source_open"),
        path(f"{source}write", pages.write, name="knowledge_source_write"),
        path(f"{source}sync", pages.sync, name="knowledge_source_sync"),
        path(f"{source}progress", pages.progress, name="knowledge_source_progress"),
        path(f"{source}cut", pages.cut, name="knowledge_source_cut"),
        path(f"{source}find", pages.find, name="knowledge_source_find"),
        path(f"{source}settings", pages.settings, name="knowledge_source_settings"),
        path(f"{source}remove", pages.remove, name="knowledge_source_remove"),
        path(f"{source}restore", pages.restore, name="knowledge_source_restore"),
        path(f"{source}retry", pages.retry, name="knowledge_source_retry"),
        path(f"{source}replace", pages.replace, name="knowledge_source_replace"),
    ]


def base_of(request: HttpRequest, tail: str) -> str:
    """The knowledge page's address, of a request to a part of it."""
    return request.path.rpartition(tail)[0]


class KnowledgePages:
    """The views behind `knowledge_paths`."""

    def __init__(self, find: FindSet, playground: str) -> None:
        self._find, self._playground = find, playground
        get = organisation_page(Permission.BUILD_ASSISTANTS)
        post = organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
        self.queue, self.table, self.search = get(self._queue), get(self._table), get(self._search)
        self.children, self.cut, self.find = get(self._children), get(self._cut), get(self._within)
        self.progress = get(self._progress)
        self.sources, self.replace, self.bulk = post(self._sources), post(self._replace), post(self._bulk)
        self.remove, self.restore, self.retry = post(self._remove), post(self._restore), post(self._retry)
        self.settings, self.sync = post(self._settings), post(self._sync)
        self.shareable, self.share, self.unshare = (
            get(self._shareable),
            post(self._share),
            post(self._unshare),
        )
        self.picture = organisation_page(Permission.BUILD_ASSISTANTS, scope=False)(self._picture)
        self.open, self.write = post(self._open), post(self._write)

    def _set(self, request: OrganisationRequest, assistant_id: str) -> SourceSet:
        with tenant_scope(request.actor.organisation):
            return self._find(request.actor, assistant_id, edit=True)

    def _queue(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """The files under way, asked for every second while there are any."""
        source_set = self._find(request.actor, assistant_id, edit=False)
        context = queue_context(source_set, base_of(request, "/queue"), hide=request.GET.get("hide") == "1")
        response = render(request, "knowledge/_queue.html", context)
        before = request.GET.get("working", "")
        if before.isdigit() and int(before) != context["totals"].working:
            response["HX-Trigger"] = CHANGED
        return response

    def _table(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """The sources as they are narrowed and sorted, a page at a time."""
        source_set = self._find(request.actor, assistant_id, edit=False)
        base, listing = base_of(request, "/table"), Listing.of(request.GET.dict())
        context = table_context(request.actor, source_set, base, listing, request.GET.get("cursor"))
        response = render(request, "knowledge/_table.html", context)
        response["HX-Replace-Url"] = f"{base}?{listing.query}" if listing.query else base
        return response

    def _children(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """What a website or an archive holds."""
        source_set = self._find(request.actor, assistant_id, edit=False)
        parent = access_shared(source_set, source_id)
        base = base_of(request, f"/sources/{source_id}")
        context = children_context(source_set, base, parent, request.GET.get("cursor"))
        return render(request, "knowledge/_children.html", context)

    def _search(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """What the sources hold about a query: the passages that an answer would be given."""
        source_set = self._find(request.actor, assistant_id, edit=False)
        query = request.GET.get("query", "").strip()
        scope = scope_of(source_set, manifest(source_set))
        found = retrieve(scope, query, k=8, budget_tokens=4000) if scope else []
        context = {
            "query": query,
            "try_url": reverse(self._playground, args=[assistant_id]) if self._playground else "",
            "found": placed(source_set.organisation_id, found, base_of(request, "/search")),
        }
        return render(request, "knowledge/_found.html", context)

    def _progress(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """How far the work on one source is; its page loads again once nothing is left to do."""
        source = access_shared(self._find(request.actor, assistant_id, edit=False), source_id)
        row = Row(source)
        response = render(
            request,
            "knowledge/_progress.html",
            {"row": row, "address": request.path.rpartition("/progress")[0]},
        )
        if row.state != "working":
            response["HX-Refresh"] = "true"
        return response

    def _cut(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """A page of a source's text with the passages that it was cut into."""
        source = access_shared(self._find(request.actor, assistant_id, edit=False), source_id)
        base = base_of(request, f"/sources/{source_id}")
        return render(request, "knowledge/_cut.html", cut_context(source, base, request.GET.dict()))

    def _within(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """What one source holds about a query."""
        source = access_shared(self._find(request.actor, assistant_id, edit=False), source_id)
        base = base_of(request, f"/sources/{source_id}")
        context = found_context(source, base, request.GET.get("query", "").strip())
        return render(request, "knowledge/_found.html", context)

    def _picture(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """A page of a source as a picture: `?page=`."""
        with tenant_scope(request.actor.organisation):
            source_set = self._find(request.actor, assistant_id, edit=False)
            document = access_shared(source_set, source_id).document
        number = request.GET.get("page", "")
        page = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 0
        if document is None or not has_picture(document, page):
            raise NotFound
        return answer_picture(request, document, page)

    def _shareable(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """What other assistants know and this one does not, a page at a time."""
        source_set = self._find(request.actor, assistant_id, edit=False)
        words, cursor = request.GET.get("words", ""), request.GET.get("cursor")
        context = shareable_context(request.actor, source_set, base_of(request, "/shareable"), words, cursor)
        return render(request, "knowledge/_shareable.html", context)

    def _share(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Answer from a source of another assistant too."""
        return share(request, self._set(request, assistant_id), base_of(request, "/share"))

    def _unshare(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Answer from it no longer."""
        source_set = self._set(request, assistant_id)
        return unshare(request, source_set, source_id, base_of(request, f"/sources/{source_id}"))

    def _sources(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Add one file, a text, a page, a website or questions with answers."""
        check_request_size(request.META, request.actor)
        return answer_upload(request, add(request, self._set(request, assistant_id)))

    def _bulk(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Do one thing to all chosen sources."""
        return act(request, self._set(request, assistant_id), request.path)

    def _settings(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Save what is to be set about one source."""
        return save_settings(request, self._set(request, assistant_id), source_id)

    def _open(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """The editor of a text, or of questions with answers."""
        source_set = self._set(request, assistant_id)
        return open_contents(request, source_set, source_id, request.path.rpartition("/open")[0])

    def _write(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Save what the editor holds."""
        return write_contents(request, self._set(request, assistant_id), source_id)

    def _sync(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Look at a source's origin now."""
        source_set = self._set(request, assistant_id)
        source = sync_source(actor=request.actor, source_set=source_set, source_id=source_id)
        return changed(_("%(name)s is being looked at.") % {"name": source.name})

    def _remove(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Remove a source, and offer to bring it back; where others answer from it, ask first."""
        source_set = self._set(request, assistant_id)
        if question := self._question(request, source_set, source_id):
            return question
        source = remove_source(actor=request.actor, source_set=source_set, source_id=source_id)
        undo = f"{base_of(request, '/remove')}/restore"
        with tenant_scope(request.actor.organisation):
            users = users_of(request.actor, [source]).get(source.pk, NOBODY)
        said = _("%(name)s is removed.") % {"name": source.name}
        return changed(" ".join(filter(None, [said, also_gone_from(users)])), act=_("Undo"), url=undo)

    def _question(
        self, request: OrganisationRequest, source_set: SourceSet, source_id: str
    ) -> HttpResponse | None:
        if request.POST.get("sure"):
            return None
        with tenant_scope(request.actor.organisation):
            source = access_source(source_set, source_id)
            words = goes_from(users_of(request.actor, [source]).get(source.pk, NOBODY))
        title = _("Remove %(name)s?") % {"name": source.name}
        return ask_first(request, title=title, words=words, act=_("Remove"), fields=[]) if words else None

    def _restore(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Bring a removed source back."""
        source_set = self._set(request, assistant_id)
        source = restore_source(actor=request.actor, source_set=source_set, source_id=source_id)
        return changed(_("%(name)s is back.") % {"name": source.name})

    def _retry(self, request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
        """Try a failed source again."""
        source_set = self._set(request, assistant_id)
        retry_source(actor=request.actor, source_set=source_set, source_id=source_id)
        return changed()

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
        return answer_upload(request, added)
