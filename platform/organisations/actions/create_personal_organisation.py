"""Give a new person an organisation of their own."""

from django.utils.translation import gettext as _

from accounts.models import User
from kernel.actions import assert_in_action
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Membership, Organisation
from organisations.names import LONGEST_NAME
from organisations.permissions import Role
from organisations.slugs import save_with_free_slug


def create_personal_organisation(*, user: User) -> Organisation:
    """Make the personal organisation of a person, inside the transaction that makes the person."""
    assert_in_action()
    name = (_("%(name)s's workspace") % {"name": user.display_name})[:LONGEST_NAME]
    personal = Organisation(name=name, kind=Organisation.Kind.PERSONAL)
    organisation = save_with_free_slug(personal, words=user.display_name)
    with tenant_scope(organisation, author=Actor(user=user, organisation=organisation).authorship):
        Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
    return organisation
