"""Give a new person an organisation of their own."""

from django.utils.translation import gettext as _

from accounts.models import User
from kernel.actions import assert_in_action
from kernel.tenancy import tenant_scope
from organisations.models import Membership, Organisation
from organisations.permissions import Role
from organisations.slugs import free_slug


def create_personal_organisation(*, user: User) -> Organisation:
    """Make the personal organisation of a person, inside the transaction that makes the person."""
    assert_in_action()
    organisation = Organisation.objects.create(
        name=_("%(name)s's workspace") % {"name": user.display_name},
        slug=free_slug(user.display_name),
        kind=Organisation.Kind.PERSONAL,
    )
    with tenant_scope(organisation):
        Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
    return organisation
