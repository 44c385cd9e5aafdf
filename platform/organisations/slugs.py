"""Short names in addresses."""

import secrets

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from kernel.actions import assert_in_action
from organisations.models import Organisation

LONGEST = 60


def save_with_free_slug(organisation: Organisation, *, words: str = "") -> Organisation:
    """Save a new organisation under a slug that nobody has yet.

    Two of one name may be saved at the same moment: the slower one gets letters behind its slug.

    Args:
        words: what the slug is made from, in any script; the organisation's name by default.
    """
    assert_in_action()
    base = slugify(words or organisation.name)[:LONGEST].strip("-") or "workspace"
    for slug in (base, *(f"{base}-{secrets.token_hex(size)}" for size in (3, 4, 8))):
        organisation.slug = slug
        if not Organisation.objects.filter(slug=slug).exists() and _saved(organisation):
            return organisation
    raise RuntimeError("No free slug among random ones: the generator is broken.")


def _saved(organisation: Organisation) -> bool:
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
    except IntegrityError:
        organisation.pk = None
        return False
    return True
