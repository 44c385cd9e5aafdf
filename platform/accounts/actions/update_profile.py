"""Change what others see of a person."""

from accounts.models import User


def update_profile(*, user: User, name: str) -> None:
    """Save the person's name, on one line."""
    user.name = " ".join(name.split())
    user.save(update_fields=["name"])
