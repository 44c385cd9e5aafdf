"""Add a website to what an assistant knows."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.add_url import checked_page
from assistants.knowledge.actions.request_look import request_look
from assistants.knowledge.crawling.addresses import normalised
from assistants.knowledge.crawling.settings import checked_settings
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import source_rows
from kernel.actions import assert_in_action, entry_action
from organisations.actors import Actor
from organisations.audit import record_audit


@entry_action
def add_site(*, actor: Actor, source_set: SourceSet, url: str, settings: Mapping[str, Any]) -> Added:
    """Record a website; the workers follow it from this address, and each page becomes a source of its own below it.

    Args:
        settings: any of `assistants.knowledge.crawling.settings`.

    Raises: see `record_site`.
    """
    return record_site(actor=actor, source_set=source_set, url=url, settings=settings)


def record_site(*, actor: Actor, source_set: SourceSet, url: str, settings: Mapping[str, Any]) -> Added:
    """The same inside the transaction of another action.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role add web pages.
        InvalidInput: it is no web address, or a setting makes no sense.
        HostForbidden: the organisation's policy does not allow its host.
    """
    assert_in_action()
    address = checked_page(actor, url)
    start = normalised(address) or address
    checked = checked_settings(settings)
    SourceSet.objects.for_organisation(actor.organisation).select_for_update().get(pk=source_set.pk)
    known = source_rows(source_set).filter(type=Source.Type.SITE, url=start).first()
    if known is not None:
        return Added(known, _("This website is here already. Nothing was added twice."))
    site: Source = Source.objects.create(
        organisation=actor.organisation,
        source_set=source_set,
        type=Source.Type.SITE,
        name=start.partition("://")[2].rstrip("/")[:255],
        url=start,
        settings=checked,
    )
    request_look(site)
    record_audit(actor, "source.added", site, type="site")
    return Added(site)
