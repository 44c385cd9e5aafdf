"""Open the turn that answers a stranger's question."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from assistants.building.plans import plan_for_publication
from assistants.turns.actions.open_turn import OpenedTurn, open_turn
from assistants.turns.models import Turn
from assistants.turns.runtime import runtime
from billing.actions.reserve import AllowanceUsedUp
from kernel.actions import entry_action
from kernel.errors import DomainError, NotFound
from organisations.actors import Actor
from store.queries import visible_listing
from store.trial.limits import may_try
from store.trial.plan import trial_plan
from store.trial.questions import checked_question
from store.trial.thread import Said, as_history

MAX_LENGTH = 2000
TOO_LONG = _("Without an account a question has at most 2,000 characters. Make one to ask longer ones.")


class TrialsPaidOut(DomainError):
    code = "trials_paid_out"
    status = 402
    user_message = _(
        "What this server spends on trying things out is used up for this month. Make an account to go on."
    )


@entry_action
def open_trial_turn(
    *, actor: Actor, slug: str, text: str, thread: Sequence[Said] = (), language: str = ""
) -> OpenedTurn:
    """Reserve what an answer may cost from the platform's own allowance and open its turn, within a trial's limits.

    The turn belongs to the platform's organisation, as all that strangers do; so its creator never sees what was asked.
    Question and answer are not kept with it.

    Args:
        actor: a stranger. thread: what was said before.

    Raises:
        NotFound: there is no such listing, or nobody may try it without an account.
        InvalidInput: the question is empty or too long.
        TrialsPaidOut: the platform's allowance is spent.
    """
    listing = visible_listing(actor, slug)
    if not may_try(listing):
        raise NotFound
    plan = trial_plan(plan_for_publication(actor, listing.publication.public_id))
    try:
        _turn, opened = open_turn(
            actor=actor,
            plan=plan,
            question=checked_question(text, most=MAX_LENGTH, too_long=TOO_LONG),
            surface=Turn.Surface.TRIAL,
            runner=runtime().runner,
            history=as_history(thread),
            language=language,
            keep_text=False,
        )
    except AllowanceUsedUp as spent:
        raise TrialsPaidOut from spent
    return opened
