"""Make a collection of listings."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from organisations.actors import Actor
from organisations.names import checked_name
from organisations.permissions import Permission, require, require_person
from store.models import Collection

MOST, ABOUT_CHARACTERS = 100, 300


class TooManyCollections(Conflict):
    code = "too_many_collections"
    user_message = _("You have 100 collections, the most that can be kept. Delete one first.")


@entry_action
def create_collection(*, actor: Actor, name: str, about: str = "") -> Collection:
    """Make an empty collection of the person acting, after their others.

    Raises:
        NotAuthenticated, PersonNeeded: no person acts.
        InvalidInput: no name, or one that another collection of theirs has.
        TooManyCollections: they have enough.
    """
    require(actor, Permission.USE_ASSISTANTS)
    person = require_person(actor)
    rows = Collection.objects.for_organisation(actor.organisation).filter(user=person, deleted_at=None)
    if rows.count() >= MOST:
        raise TooManyCollections
    last = rows.aggregate(last=Max("order"))["last"] or 0
    made = Collection(organisation=actor.organisation, user=person, order=last + 1)
    fill(made, name, about)
    return made


def fill(collection: Collection, name: str, about: str) -> None:
    """Give a collection its words and save it.

    Raises:
        InvalidInput: no name, or one that another collection of the same person has.
    """
    collection.name = checked_name(name, longest=80)
    collection.about = " ".join(about.replace("\x00", "").split())[:ABOUT_CHARACTERS]
    try:
        with transaction.atomic():
            collection.save()
    except IntegrityError as error:
        message = _("You have a collection of this name. Choose another one.")
        raise InvalidInput.on("name", "taken", message) from error
