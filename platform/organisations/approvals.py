"""Questions about what waits for a second person's word."""

from collections.abc import Container

from django.db.models import Case, IntegerField, QuerySet, Value, When

from kernel.errors import NotFound
from kernel.registries import ApprovalKind, approval_kinds
from organisations.actors import Actor
from organisations.models import Approval, Organisation
from organisations.permissions import Permission
from organisations.recipients import members_who_may


def approvals(actor: Actor, *, state: str = "") -> QuerySet[Approval]:
    """The requests that the actor may see: all of them for who decides, else their own; those that wait come first.

    Args:
        state: one of `Approval.State`, or empty for every one.
    """
    rows = Approval.objects.for_organisation(actor.organisation)
    if not actor.can(Permission.DECIDE_APPROVALS):
        rows = rows.filter(requested_by=actor.user) if actor.user else rows.none()
    if actor.assistants:
        rows = rows.filter(subject_id__in=actor.assistants)
    if state:
        rows = rows.filter(state=state)
    found: QuerySet[Approval] = rows.select_related("requested_by", "decided_by").annotate(
        waits=Case(
            When(state=Approval.State.PENDING, then=Value(1)), default=Value(0), output_field=IntegerField()
        )
    )
    return found


def access_approval(actor: Actor, approval_id: str, *, lock: bool = False) -> Approval:
    """One request that the actor may see.

    Raises:
        NotFound: there is none, it is another organisation's, or somebody else's.
    """
    rows = approvals(actor).filter(public_id=approval_id.replace("\x00", ""))
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def pending_approval(organisation: Organisation | int, subject_id: str, *kinds: str) -> Approval | None:
    """The open request about a subject, of one of the kinds, if there is one."""
    rows = Approval.objects.for_organisation(organisation).filter(
        subject_id=subject_id, kind__in=kinds, state=Approval.State.PENDING
    )
    found: Approval | None = rows.select_related("requested_by").order_by("-id").first()
    return found


def waiting_for(actor: Actor) -> int:
    """How many requests wait for the actor's word: their own ones do not."""
    if not actor.can(Permission.DECIDE_APPROVALS):
        return 0
    rows = approvals(actor, state=Approval.State.PENDING)
    return (rows.exclude(requested_by=actor.user) if actor.user else rows).count()


def others_may_decide(
    organisation: Organisation, permission: Permission, *, but: Container[int | None]
) -> bool:
    """Whether somebody could decide on a request that asks for a permission, besides these people by primary key."""
    deciders = set(members_who_may(organisation.pk, Permission.DECIDE_APPROVALS))
    able = deciders & set(members_who_may(organisation.pk, permission))
    return any(person not in but for person in able)


def kind_of(approval: Approval) -> ApprovalKind | None:
    """What a request is about; None where no room knows its kind any more."""
    return next((kind for kind in approval_kinds if kind.kind == approval.kind), None)
