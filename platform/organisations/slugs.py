"""Short names in addresses."""

import secrets

from django.utils.text import slugify

from organisations.models import Organisation


def free_slug(name: str) -> str:
    """A slug that no organisation has yet, made from a name in any script."""
    base = slugify(name)[:60] or "workspace"
    if not Organisation.objects.filter(slug=base).exists():
        return base
    return f"{base}-{secrets.token_hex(3)}"
