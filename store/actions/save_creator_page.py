"""Make or change the page that an organisation has as a creator."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.names import checked_name
from organisations.permissions import Permission, require
from store.creators.handles import checked_handle, skeleton
from store.creators.links import checked_links
from store.creators.proved import first_domain
from store.creators.queries import handle_is_free, own_page
from store.models import CreatorPage, OldHandle
from store.reviews.words import checked_text

ABOUT = 2000
# How long an old handle leads to the new one, and is nobody else's.
LEADS_FOR = timedelta(days=90)


@dataclass(frozen=True)
class CreatorFields:
    """Fields to change; None leaves one as it is."""

    handle: str | None = None
    name: str | None = None
    about: str | None = None
    links: list[dict[str, Any]] | None = None
    picture_seed: str | None = None
    is_public: bool | None = None


@entry_action
def save_creator_page(*, actor: Actor, fields: CreatorFields) -> CreatorPage:
    """Change the organisation's page; the first time it is made, under the handle given.

    Where the handle changes, the old one leads to the page for 90 days.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        InvalidInput: a field is wrong, or the handle is somebody else's or looks like it.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    page = own_page(actor.organisation) or CreatorPage(
        organisation=actor.organisation,
        name=actor.organisation.name,
        picture_seed=actor.organisation.public_id,
        verified_domain=first_domain(actor.organisation.pk),
    )
    before = _described(page) if page.pk else None
    if fields.handle is not None or not page.handle:
        _rename(actor, page, checked_handle(fields.handle or ""))
    if fields.name is not None:
        page.name = checked_name(fields.name)
    if fields.about is not None:
        page.about = checked_text(fields.about, longest=ABOUT, field="about")
    if fields.links is not None:
        page.links = checked_links(fields.links)
    page.picture_seed = (fields.picture_seed or page.picture_seed)[:64]
    page.is_public = page.is_public if fields.is_public is None else fields.is_public
    _save(page)
    record_audit(actor, "creator_page.changed", page, before=before, after=_described(page))
    return page


def _described(page: CreatorPage) -> dict[str, Any]:
    return {"handle": page.handle, "name": page.name, "public": page.is_public}


def _rename(actor: Actor, page: CreatorPage, handle: str) -> None:
    if handle == page.handle:
        return
    if not handle_is_free(handle, skeleton(handle), actor.organisation):
        raise _taken()
    mine = OldHandle.objects.for_organisation(actor.organisation)
    mine.filter(handle=handle).delete()
    if page.handle:
        mine.filter(until__lte=timezone.now()).delete()
        OldHandle.objects.create(
            organisation=actor.organisation,
            handle=page.handle,
            skeleton=page.skeleton,
            until=timezone.now() + LEADS_FOR,
        )
    page.handle, page.skeleton = handle, skeleton(handle)


def _save(page: CreatorPage) -> None:
    try:
        with transaction.atomic():
            page.save()
    except IntegrityError:  # somebody took the handle at the same moment
        raise _taken() from None


def _taken() -> InvalidInput:
    message = _("Another creator has this name, or one that looks like it. Choose another one.")
    return InvalidInput.on("handle", "taken", message)
