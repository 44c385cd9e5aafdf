"""Open the turn that answers a moderator who tries what a case is about, whether or not anybody else may use it."""

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Staff
from assistants.building.plans import plan_for_review
from assistants.turns.actions.open_turn import OpenedTurn, open_turn
from assistants.turns.models import Turn
from assistants.turns.runtime import runtime
from billing.actions.reserve import AllowanceUsedUp
from kernel.actions import entry_action
from kernel.errors import DomainError
from kernel.ratelimit import Limit, take
from kernel.tenancy import tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.actors import Actor
from organisations.audit import record_audit
from store.actions.decide_case import held_case, organisation_of
from store.moderation.people import require_moderator
from store.moderation.testing import CaseTest, case_test_of, trying_actor
from store.trial.plan import without_own_accounts
from store.trial.questions import checked_question
from store.trial.thread import Said, as_history, read_thread

LONGEST = 32_000
TOO_LONG = _("A question has at most 32,000 characters.")
A_DAY = Limit(300, 24 * 3600)


class ModerationPaidOut(DomainError):
    code = "moderation_paid_out"
    status = 402
    user_message = _(
        "What this server spends on moderators' tests is used up for this month. Ask an operator to raise the platform's"
        " allowance."
    )


def open_case_test(*, staff: Staff, case_id: str, text: str, language: str = "") -> OpenedTurn:
    """Ask exactly the version that a case is about, as a stranger would, on the platform's own allowance.

    It is counted nowhere and gives no right to rate. What would change something outside is confirmed each time. That the
    moderator asked stands in its organisation's audit log; what they asked is kept for a day, for them alone.

    Raises:
        NotYourTask: they do not moderate.
        NotFound: there is no such case, or its version is gone.
        InvalidInput: the question is empty or too long.
        RateLimited: they asked very much today.
        ModerationPaidOut: the platform's allowance is spent.
    """
    require_moderator(staff)
    question = checked_question(text, most=LONGEST, too_long=TOO_LONG)
    test = case_test_of(staff, case_id)
    take(f"moderation:tests:{staff.user.pk}", A_DAY)
    with tenant_scope(organisation_of(case_id), durable=True):
        _case, listing = held_case(case_id)
        number = test.version.number
        record_audit(
            staff_actor(staff, listing.organisation), "case.tested", listing, case=case_id, version=number
        )
        record_staff_action(
            staff=staff.user, action="case.tested", target=listing, ip=staff.ip, case=case_id, version=number
        )
    said = read_thread(test.name, test.listing)
    return _opened(actor=trying_actor(staff), test=test, question=question, said=said, language=language)


@entry_action
def _opened(
    *, actor: Actor, test: CaseTest, question: str, said: Sequence[Said], language: str
) -> OpenedTurn:
    organisation = test.version.organisation_id
    plan = plan_for_review(actor, organisation, test.version.public_id)
    try:
        _turn, opened = open_turn(
            actor=actor,
            plan=replace(plan, actions=without_own_accounts(plan)),
            question=question,
            surface=Turn.Surface.REVIEW,
            runner=runtime().runner,
            history=as_history(said),
            language=language,
            keep_text=False,
        )
    except AllowanceUsedUp as spent:
        raise ModerationPaidOut from spent
    return opened
