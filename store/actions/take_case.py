"""Say who looks at a case."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Staff
from kernel.errors import Conflict, InvalidInput
from kernel.tenancy import tenant_scope
from store.actions.decide_case import held_case, organisation_of, write_decision
from store.models import Case, Decision
from store.moderation.outcomes import Verdict
from store.moderation.people import other_moderators, require_moderator


class TakenAlready(Conflict):
    code = "taken_already"
    user_message = _("%(name)s looks at this already. Ask them to release it, or open the next one.")


def take_case(*, staff: Staff, case_id: str, release: bool = False) -> Case:
    """Take a case, or give it back so that others find it.

    Raises:
        NotYourTask: they do not moderate.
        NotFound: there is no such case.
        TakenAlready: somebody else has it.
    """
    require_moderator(staff)
    with tenant_scope(organisation_of(case_id), durable=True):
        case, _listing = held_case(case_id)
        if case.taken_by is not None and case.taken_by_id != staff.user.pk:
            raise TakenAlready(name=case.taken_by.display_name)
        case.taken_by, case.taken_at = (None, None) if release else (staff.user, timezone.now())
        case.save(update_fields=["taken_by", "taken_at"])
        action = "case.released" if release else "case.taken"
        record_staff_action(staff=staff.user, action=action, target=case, ip=staff.ip)
    return case


def ask_colleague(*, staff: Staff, case_id: str, user_id: int, note: str = "") -> Case:
    """Ask another moderator to look at a case too; it stands among theirs from now on.

    Raises:
        NotYourTask: they do not moderate.
        NotFound: there is no such case.
        InvalidInput: the colleague does not moderate.
    """
    require_moderator(staff)
    colleague = next((user for user in other_moderators(staff.user) if user.pk == user_id), None)
    if colleague is None:
        raise InvalidInput.on("colleague", "not_a_choice", _("Choose somebody who moderates."))
    with tenant_scope(organisation_of(case_id), durable=True):
        case, _listing = held_case(case_id)
        case.asked = colleague
        case.save(update_fields=["asked"])
        words = f"→ {colleague.display_name}: {note.strip()}".strip(": ")
        write_decision(case, staff, Verdict("note", note=words[:4000]), Decision.Outcome.NOTE)
        record_staff_action(staff=staff.user, action="case.colleague_asked", target=case, ip=staff.ip)
    return case
