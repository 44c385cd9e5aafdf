"""Add a web page to what an assistant knows."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.queue_document import queue_document
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.policy import check_allowed_page
from assistants.knowledge.queries import source_with_url
from assistants.knowledge.room import guard_room
from kernel.actions import assert_in_action, entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from organisations.policy import policy_of
from organisations.policy_rules import require_allowed


@entry_action
def add_url(*, actor: Actor, source_set: SourceSet, url: str) -> Added:
    """Record an address; a worker fetches and reads the page.

    Raises: see `record_page`.
    """
    return record_page(actor=actor, source_set=source_set, url=url)


def record_page(*, actor: Actor, source_set: SourceSet, url: str) -> Added:
    """The same inside the transaction of another action.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role add web pages.
        InvalidInput: it is no web address.
        HostForbidden: the organisation's policy does not allow its host.
        FilesFull: the organisation may not keep so many sources.
    """
    assert_in_action()
    address = checked_page(actor, url)
    if known := source_with_url(source_set, address):
        return Added(known, _("This page is here already. Nothing was added twice."))
    guard_room(actor.organisation, files=1)
    name = address.partition("://")[2].rstrip("/")[:255]
    source = Source.objects.create(
        organisation=actor.organisation, source_set=source_set, type=Source.Type.URL, name=name, url=address
    )
    source.document = Document.objects.create(
        organisation=actor.organisation, source_set=source_set, source=source, name=name
    )
    source.save(update_fields=["document"])
    queue_document(source.document)
    record_audit(actor, "source.added", source, type="url")
    return Added(source)


def checked_page(actor: Actor, url: str) -> str:
    """The address of a page that the actor may add, in the open scope.

    Raises: see `record_page`.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    policy = policy_of(actor.organisation)
    require_allowed(actor, policy.building.web_knowledge, _("add web pages to what assistants know"))
    address = check_address(url)
    check_allowed_page(policy, address)
    return address


def check_address(url: str) -> str:
    """A web address without its fragment.

    Raises:
        InvalidInput: it is none; whether it may be reached is for the egress guard to say.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        usable = False
    if not usable or len(url) > 2000 or any(ord(c) <= 32 for c in url.strip()):
        raise InvalidInput.on("url", "invalid_url", _("Give a web address that begins with https://."))
    return parts._replace(fragment="").geturl()
