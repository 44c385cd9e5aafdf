"""Read what people who use an assistant never see: its instructions and the names of its sources. Every look is recorded."""

from dataclasses import dataclass

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Staff
from assistants.building.queries import specification_of
from assistants.knowledge.queries import documents_by_id
from kernel.tenancy import tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit
from store.actions.decide_case import held_case, organisation_of
from store.moderation.people import require_moderator
from store.moderation.subject import subject_of


@dataclass(frozen=True, slots=True)
class Insides:
    """What the model is told, by part, and what it answers from."""

    parts: list[tuple[str, str]]
    must_never: list[str]
    documents: list[str]
    actions: int


def look_into(*, staff: Staff, case_id: str) -> Insides:
    """The instructions and sources' names of the version that people get; its organisation's audit log says who looked.

    Raises:
        NotYourTask: they do not moderate.
        NotFound: there is no such case.
    """
    require_moderator(staff)
    with tenant_scope(organisation_of(case_id), durable=True):
        _case, listing = held_case(case_id)
        subject = subject_of(listing)
        told = specification_of(subject.version).instructions
        documents = documents_by_id(listing.organisation_id, subject.version.manifest)
        record_audit(staff_actor(staff, listing.organisation), "case.looked", listing, case=case_id)
        record_staff_action(staff=staff.user, action="case.looked", target=listing, ip=staff.ip, case=case_id)
        parts = [(name, getattr(told, name)) for name in ("role", "behaviour", "output_format", "text")]
        return Insides(
            [(name, text) for name, text in parts if text],
            list(told.must_never),
            [document.name for document in documents],
            subject.acts,
        )
