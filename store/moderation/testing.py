"""What moderators try: exactly the version that a case is about, and who tries it."""

from dataclasses import dataclass

from accounts.staff import Staff
from assistants.building.models import Version
from kernel.errors import NotFound
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.queries import platform_organisation
from store.models import Case, Listing
from store.moderation.queue import access_case, version_of


@dataclass(frozen=True, slots=True)
class CaseTest:
    """A moderator's test of a version.

    Attributes:
        name: under which what was said is kept: of this person, case and version alone.
    """

    case: Case
    version: Version
    name: str

    @property
    def listing(self) -> Listing:
        """What the case is about."""
        return self.case.listing


def case_test_of(staff: Staff, case_id: str) -> CaseTest:
    """What somebody tries who tries a case.

    Raises:
        NotFound: there is no such case, or its version is gone.
    """
    with across_organisations(reason="moderators look at everybody's"):
        case = access_case(case_id)
        version = version_of(case)
    if version is None:
        raise NotFound
    return CaseTest(case, version, f"moderator:{staff.user.pk}:{case.public_id}:{version.public_id}")


def trying_actor(staff: Staff) -> Actor:
    """A moderator as they try things: in the platform's organisation, with no right but to use an assistant."""
    return Actor(
        user=staff.user,
        organisation=platform_organisation(),
        permissions=frozenset({Permission.USE_ASSISTANTS}),
        ip=staff.ip,
    )
