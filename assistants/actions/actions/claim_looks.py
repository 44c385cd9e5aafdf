"""Find the MCP servers that have not been asked for a while what they say of their tools."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from assistants.actions.models import Action
from assistants.connections.models import AuthProfile
from kernel.tenancy import across_organisations

REASON = "MCP servers of every organisation are asked whether their tools are what was approved"
EVERY = timedelta(hours=1)
AT_ONCE = 40


def claim_looks() -> list[Action]:
    """Take some of those that are due; nobody else takes them for an hour.

    Servers that show their tools only to people who connected their own accounts are not among them: those are asked
    when somebody calls.
    """
    with across_organisations(reason=REASON, durable=True):
        rows = Action.objects.across_organisations(reason=REASON)
        asked = Q(profile=None) | Q(profile__owner=AuthProfile.Owner.ORGANISATION)
        due = Q(looked_at=None) | Q(looked_at__lt=timezone.now() - EVERY)
        wanted = rows.filter(asked, due, kind=Action.Kind.MCP, deleted_at=None, paused=False)
        found = wanted.select_related("profile", "organisation").order_by("looked_at", "id")
        taken = list(found.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
        rows.filter(pk__in=[action.pk for action in taken]).update(looked_at=timezone.now())
    return taken
