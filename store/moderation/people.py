"""Who moderates: the platform's staff with the moderator's role, and on small servers its operators."""

from accounts.models import User
from accounts.staff import Role, Staff, require_staff
from organisations.models import Membership

MODERATORS = (Role.MODERATOR, Role.OPERATOR)


def require_moderator(staff: Staff) -> None:
    """Refuse those who do not moderate.

    Raises:
        NotYourTask: they are no staff, or look after something else.
    """
    require_staff(staff, *MODERATORS)


def is_moderator(user: object) -> bool:
    """Whether somebody may enter the moderators' pages."""
    return isinstance(user, User) and user.is_active and user.is_staff and user.staff_role in MODERATORS


def other_moderators(user: User) -> list[User]:
    """Everybody else who moderates, by name."""
    rows = User.objects.filter(is_active=True, is_staff=True, staff_role__in=MODERATORS)
    return list(rows.exclude(pk=user.pk).order_by("name", "email"))


def is_alone(user: User) -> bool:
    """Whether nobody else moderates on this server: then one pair of eyes has to do."""
    return not other_moderators(user)


def belongs_to(user: User, organisation_id: int) -> bool:
    """Whether somebody is a member of an organisation, in its open scope."""
    return bool(Membership.objects.for_organisation(organisation_id).filter(user=user).exists())
