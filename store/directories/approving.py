"""What happens when a word is given about the directory, and whose word it is."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.building.disclosures import in_words
from kernel.actions import assert_in_action
from kernel.errors import PermissionDenied
from kernel.registries import ApprovalKind
from organisations.actors import Actor
from organisations.models import Approval
from store.actions.allow_listing import put_on_list
from store.actions.place_listing import put
from store.directories.queries import (
    ALLOWING_KIND,
    DEPARTMENT_KIND,
    access_department,
    department_of_request,
    departments,
    listings_named,
    public_listing,
    publishes_in,
)
from store.models import Listing


class NotYourDepartment(PermissionDenied):
    code = "not_your_department"
    user_message = gettext_lazy(
        "%(group)s decides what stands in %(department)s. Ask one of them, or somebody who looks after all assistants."
    )


def guard_department(actor: Actor, approval: Approval) -> None:
    """Leave a word about a department to its publishers.

    Raises:
        NotYourDepartment: the actor is none of them.
    """
    department = department_of_request(approval)
    if department is not None and not publishes_in(actor, department):
        group = department.publishers
        raise NotYourDepartment(group=group.name if group else "", department=department.name)


def _place(actor: Actor, approval: Approval) -> None:
    assert_in_action()
    rows = Listing.objects.for_organisation(actor.organisation).select_for_update(of=("self",))
    listing = rows.get(public_id=approval.payload["listing"])
    put(actor, listing, access_department(actor.organisation, approval.payload["department"]))


def _allow(actor: Actor, approval: Approval) -> None:
    assert_in_action()
    put_on_list(actor, public_listing(approval.payload["listing"]), approval.reason)


def _facts_of_place(approval: Approval) -> Sequence[tuple[str, str]]:
    department = (
        departments(approval.organisation_id).filter(public_id=approval.payload["department"]).first()
    )
    listing = Listing.objects.for_organisation(approval.organisation_id)
    found = listing.filter(public_id=approval.payload["listing"]).first()
    return [
        (_("Assistant"), found.name if found else ""),
        (_("Department"), department.name if department else _("It was deleted.")),
        (
            _("Who publishes there"),
            str(department.publishers) if department and department.publishers else "",
        ),
    ]


def _facts_of_listing(approval: Approval) -> Sequence[tuple[str, str]]:
    listing = listings_named([approval.payload["listing"]]).get(approval.payload["listing"])
    if listing is None:
        return [(_("Assistant"), _("It has left the store."))]
    words = in_words(listing.publication.disclosure or {})
    return [
        (_("Assistant"), f"{listing.name}\n{listing.tagline}"),
        (_("Creator"), listing.creator_name),
        (_("Model"), "\n".join(words["models"])),
        (_("Outside services"), "\n".join(words["hosts"]) or _("None")),
        (_("Kept"), "\n".join(words["stored"])),
        (_("Who sees it"), "\n".join(words["visible_to"])),
    ]


def _own_page(approval: Approval) -> str:
    return reverse("building:assistant_home", args=[approval.subject_id])


def _store_page(approval: Approval) -> str:
    return reverse("store:ask", args=[approval.payload["slug"]])


APPROVALS = (
    ApprovalKind(
        DEPARTMENT_KIND,
        gettext_lazy("Put an assistant into a department"),
        apply=_place,
        url=_own_page,
        permission="PUBLISH_ASSISTANTS",
        facts=_facts_of_place,
    ),
    ApprovalKind(
        ALLOWING_KIND,
        gettext_lazy("Allow an assistant of the public store"),
        apply=_allow,
        url=_store_page,
        permission="MANAGE_POLICY",
        facts=_facts_of_listing,
    ),
)
