"""Who moderates: the platform's staff with the moderator's role, and on small servers its operators."""

from django.conf import settings

from accounts.mfa import has_second_factor
from accounts.models import User
from accounts.staff import Role, Staff, require_staff
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.models import Membership
from organisations.permissions import require_person

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


def moderator_of(actor: Actor) -> Staff:
    """Who moderates, of an actor; to everybody else, and to staff who act as somebody, there is nothing.

    Raises:
        NotFound: they do not moderate, or lack the second factor that staff need.
        PersonNeeded: a machine asks.
    """
    person = actor.user
    if actor.staff or person is None or not is_moderator(person):
        raise NotFound
    require_person(actor)
    if settings.PRODUCTION and not has_second_factor(person.pk):
        raise NotFound
    return Staff(person, ip=actor.ip)


def other_moderators(user: User) -> list[User]:
    """Everybody else who moderates, by name."""
    return [other for other in moderators() if other.pk != user.pk]


def moderators() -> list[User]:
    """Everybody who moderates, by name."""
    rows = User.objects.filter(is_active=True, is_staff=True, staff_role__in=MODERATORS)
    return list(rows.order_by("name", "email"))


def is_alone(user: User) -> bool:
    """Whether nobody else moderates on this server: then one pair of eyes has to do."""
    return not other_moderators(user)


def belongs_to(user: User, organisation_id: int) -> bool:
    """Whether somebody is a member of an organisation, in its open scope."""
    return bool(Membership.objects.for_organisation(organisation_id).filter(user=user).exists())
