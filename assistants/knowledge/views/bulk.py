"""One thing done to all chosen sources."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assistants.knowledge.actions.bulk_change import Change, change_sources
from assistants.knowledge.actions.bulk_remove import remove_sources, restore_sources
from assistants.knowledge.actions.bulk_retry import retry_sources
from assistants.knowledge.actions.bulk_sync import sync_sources
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.overview import Listing, chosen_ids
from assistants.knowledge.sharing import all_users, names_of
from assistants.knowledge.views.answers import ask_first, changed
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest


def act(request: OrganisationRequest, source_set: SourceSet, address: str) -> HttpResponse:
    """Do what the form's `do` says to the sources that it names, or with `all` to those that its listing shows."""
    if moment := request.GET.get("restore"):
        return _restore(request, source_set, moment)
    what, (ids, went) = request.POST.get("do", ""), _ids(request, source_set)
    if not ids:
        raise InvalidInput.on("source", "required", _("Choose at least one source."))
    if what == "remove":
        return _ask(request, ids) or _remove(request, source_set, ids, address)
    if what == "retry":
        count = len(retry_sources(actor=request.actor, source_set=source_set, source_ids=ids))
        return changed(
            ngettext("%(count)s source is read again.", "%(count)s sources are read again.", count)
            % {"count": count},
            went=went,
        )
    if what == "sync":
        count = len(sync_sources(actor=request.actor, source_set=source_set, source_ids=ids))
        return changed(
            ngettext("%(count)s origin is looked at.", "%(count)s origins are looked at.", count)
            % {"count": count},
            went=went,
        )
    change = _change(request, what)
    count = len(change_sources(actor=request.actor, source_set=source_set, source_ids=ids, change=change))
    return changed(
        ngettext("%(count)s source is changed.", "%(count)s sources are changed.", count) % {"count": count},
        went=went,
    )


def _ids(request: OrganisationRequest, source_set: SourceSet) -> tuple[list[str], dict[str, Any] | None]:
    """Public ids, and where not all are taken at once, behind which one to go on, with how many are left."""
    if request.POST.get("all") != "1":
        return [str(value) for value in request.POST.getlist("source")], None
    with tenant_scope(request.actor.organisation):
        listing = Listing.of(request.POST.dict())
        ids, left = chosen_ids(source_set, listing, after=request.POST.get("after", "").replace("\x00", ""))
    return ids, {"last": ids[-1], "left": left} if left else None


def _ask(request: OrganisationRequest, ids: list[str]) -> HttpResponse | None:
    """The question whether to remove what other assistants answer from too; None where none does, or it was answered."""
    if request.POST.get("sure"):
        return None
    with tenant_scope(request.actor.organisation):
        users = all_users(request.actor, ids)
    if not users:
        return None
    return ask_first(
        request,
        title=ngettext("Remove %(count)s source?", "Remove %(count)s sources?", len(ids))
        % {"count": len(ids)},
        words=_("These answer from some of them too, and no longer will: %(names)s.")
        % {"names": names_of(users)},
        act=_("Remove"),
        fields=[("do", "remove"), *(("source", one) for one in ids)],
    )


def _change(request: OrganisationRequest, what: str) -> Change:
    if what == "tag":
        return Change(add_tags=_tags(request))
    if what == "untag":
        return Change(drop_tags=_tags(request))
    if what == "showing" and request.POST.get("showing") in Source.Showing.values:
        return Change(showing=request.POST["showing"])
    if what == "rhythm" and request.POST.get("sync_every", "-") in Source.Rhythm.values:
        return Change(sync_every=request.POST["sync_every"])
    if what == "audience":
        return Change(groups=tuple(request.POST.getlist("group")))
    raise InvalidInput.on("do", "invalid", _("This cannot be done to sources."))


def _tags(request: OrganisationRequest) -> tuple[str, ...]:
    return tuple(filter(None, (tag.strip() for tag in request.POST.get("tags", "").split(","))))


def _remove(
    request: OrganisationRequest, source_set: SourceSet, ids: list[str], address: str
) -> HttpResponse:
    removed = remove_sources(actor=request.actor, source_set=source_set, source_ids=ids)
    count, moment = len(removed), removed[0].removed_at
    assert moment is not None
    text = ngettext("%(count)s source is removed.", "%(count)s sources are removed.", count) % {
        "count": count
    }
    return changed(text, act=_("Undo"), url=f"{address}?{urlencode({'restore': moment.isoformat()})}")


def _restore(request: OrganisationRequest, source_set: SourceSet, moment: str) -> HttpResponse:
    try:
        removed_at = datetime.fromisoformat(moment)
    except ValueError:
        raise NotFound from None
    count = len(restore_sources(actor=request.actor, source_set=source_set, removed_at=removed_at))
    return changed(
        ngettext("%(count)s source is back.", "%(count)s sources are back.", count) % {"count": count}
    )
