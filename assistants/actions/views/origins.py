"""The pages on which people choose what an assistant is to know from a service outside."""

from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlencode

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from assistants.actions.actions.add_origin import add_origin
from assistants.actions.actions.connect_origin import connect_origin
from assistants.actions.origins.browsing import browse, origin_for, origins_for
from assistants.actions.origins.catalogue import origin_named
from assistants.actions.origins.port import Item
from assistants.actions.origins.service import NotConnected
from assistants.actions.views.base import DrawPage, base_of
from assistants.connections.queries import ref_of
from assistants.connections.refs import start_url
from assistants.knowledge.models import Source
from assistants.knowledge.views.routes import FindSet
from kernel.errors import DomainError, InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

KIND_ICONS = {
    "folder": "folder",
    "file": "file-text",
    "repository": "git-branch",
    "branch": "git-branch",
    "page": "file-text",
    "table": "table",
    "resource": "file-text",
}


def origin_paths(prefix: str, find: FindSet, draw: DrawPage) -> list[URLPattern]:
    """The addresses of the pages and of the tree's levels.

    Args:
        prefix: the page's own address with `<str:assistant_id>` in it, without a slash at its end; the knowledge page is the
            one above it.
        find: the source set of an assistant of the actor's organisation, in the open scope; raises NotFound.
    """
    pages = OriginPages(find, draw)
    return [
        path(prefix, pages.choose, name="knowledge_connect"),
        path(f"{prefix}/level", pages.level, name="knowledge_connect_level"),
        path(f"{prefix}/account", pages.account, name="knowledge_connect_account"),
        path(f"{prefix}/add", pages.add, name="knowledge_connect_add"),
    ]


class OriginPages:
    """The views behind `origin_paths`."""

    def __init__(self, find: FindSet, draw: DrawPage) -> None:
        self._find, self._draw = find, draw
        post = organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
        self.choose = organisation_page(Permission.BUILD_ASSISTANTS)(self._choose)
        # Outside of any transaction: it asks somebody else's service.
        self.level = organisation_page(Permission.BUILD_ASSISTANTS, scope=False)(self._level)
        self.account, self.add = post(self._account), post(self._add)

    def _choose(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Choose a service, then an account, then what is to be read."""
        self._find(request.actor, assistant_id, edit=True)
        context: dict[str, Any] = {"base": request.path, "knowledge_url": request.path.rpartition("/")[0]}
        if name := request.GET.get("origin", ""):
            back = f"{request.path}?{urlencode({'origin': name})}"
            found = origin_for(request.actor, origin_named(name), assistant_id, return_to=back)
            chosen = request.GET.get("connection") or _first(found["accounts"])
            account = next((one for one in found["accounts"] if one.id == chosen), None)
            context |= {"origin": found, "account": account, "rhythms": Source.Rhythm.choices, "here": back}
            return self._draw(request, assistant_id, "actions/origins/choose.html", context)
        context["origins"] = origins_for(request.actor, assistant_id)
        return self._draw(request, assistant_id, "actions/origins/list.html", context)

    def _level(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """One level of the tree, or why there is none."""
        self._edited(request, assistant_id)
        asked = {name: request.GET.get(name, "") for name in ("at", "search", "cursor")}
        origin, connection = request.GET.get("origin", ""), request.GET.get("connection", "")
        context: dict[str, Any] = {"again": request.get_full_path(), "asked": asked}
        try:
            found = browse(request.actor, origin, connection, **asked)
        except (NotFound, PermissionDenied):
            raise
        except DomainError as error:
            # 200: htmx puts it in the level's place, with a button that asks again.
            context |= {"error": error, "disconnected": isinstance(error, NotConnected)}
        else:
            query = {"origin": origin, "connection": connection}
            context["rows"] = [_row(request, item, query) for item in found.items]
            if found.cursor:
                context["more"] = f"{request.path}?{urlencode(query | asked | {'cursor': found.cursor})}"
        return render(request, "actions/origins/_level.html", context)

    def _account(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Lead to the page where an account is connected, and back."""
        self._edited(request, assistant_id)
        name, back = request.POST.get("origin", ""), self._back(request, "/account")
        try:
            profile = connect_origin(
                actor=request.actor, origin=origin_named(name), way=request.POST.get("way", "")
            )
        except (NotFound, PermissionDenied):
            raise
        except DomainError as error:
            return _refused(request, error, back)
        return redirect(start_url(ref_of(profile), return_to=back))

    def _add(self, request: OrganisationRequest, assistant_id: str) -> HttpResponse:
        """Add what was picked."""
        source_set = self._edited(request, assistant_id)
        back = self._back(request, "/add", connection=request.POST.get("connection", ""))
        try:
            added = add_origin(
                actor=request.actor,
                source_set=source_set,
                origin=request.POST.get("origin", ""),
                connection=request.POST.get("connection", ""),
                pick=_pick(request),
                sync_every=request.POST.get("sync_every", ""),
            )
        except (NotFound, PermissionDenied):
            raise
        except DomainError as error:
            return _refused(request, error, back)
        said = _("%(name)s is being read.") % {"name": added.source.name}
        messages.success(request, added.note or said)
        return redirect(base_of(request, "/connect/add"))

    def _edited(self, request: OrganisationRequest, assistant_id: str) -> Any:
        with tenant_scope(request.actor.organisation):
            return self._find(request.actor, assistant_id, edit=True)

    def _back(self, request: OrganisationRequest, tail: str, **more: str) -> str:
        query = {
            "origin": request.POST.get("origin", "")[:20],
            **{key: value[:48] for key, value in more.items()},
        }
        return f"{base_of(request, tail)}?{urlencode(query)}"


def _row(request: HttpRequest, item: Item, query: dict[str, str]) -> dict[str, Any]:
    at = sha256(f"{item.at} {item.name}".encode()).hexdigest()[:12]
    return {
        "item": item,
        "icon": KIND_ICONS.get(item.kind, "file-text"),
        "key": f"at-{at}",
        "url": f"{request.path}?{urlencode(query | {'at': item.at})}" if item.at else "",
        "pick": orjson.dumps(dict(item.pick)).decode() if item.pick is not None else "",
    }


def _pick(request: HttpRequest) -> dict[str, Any]:
    """What was picked; paths that were typed take the place of the picked ones.

    Raises:
        InvalidInput: nothing was.
    """
    given = request.POST.get("pick", "")
    try:
        pick = orjson.loads(given) if given else None
    except ValueError:
        pick = None
    if not isinstance(pick, dict):
        raise InvalidInput.on("pick", "required", _("Choose what is to be read."))
    if paths := [line.strip() for line in request.POST.get("paths", "").splitlines() if line.strip()]:
        pick["paths"] = paths
    return cast(dict[str, Any], pick)


def _first(accounts: list[Any]) -> str:
    return next((str(one.id) for one in accounts if one.works), "")


def _refused(request: HttpRequest, error: DomainError, back: str) -> HttpResponse:
    sentences = dict.fromkeys(one.message for one in error.errors)
    messages.error(request, " ".join(sentences) or error.message)
    return redirect(back)
