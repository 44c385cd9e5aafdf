"""Note that a person's address is theirs."""

from allauth.account.models import EmailAddress

from accounts.models import User


def confirm_address(*, user: User) -> None:
    """Mark the address that the person signs in with as verified, because they followed a link sent only to it."""
    if EmailAddress.objects.filter(email__iexact=user.email, verified=True).exists():
        return  # verified already, or, as a second address, by another account: it can be verified only once
    EmailAddress.objects.update_or_create(
        user=user,
        email=user.email,
        defaults={"verified": True},
        create_defaults={"verified": True, "primary": True},
    )
