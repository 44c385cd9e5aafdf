"""Questions about people."""

from allauth.account.models import EmailAddress

from accounts.models import User


def email_is_verified(user: User) -> bool:
    """Whether the person has shown that the address they sign in with is theirs."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())
