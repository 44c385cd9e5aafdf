"""Mark feedback as read, or as unread again."""

from django.utils import timezone

from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.permissions import Permission, require
from store.models import Feedback
from store.reviews.inbox import inbox_of


@entry_action
def read_feedback(*, actor: Actor, assistant_id: str, feedback_id: str = "", read: bool = True) -> int:
    """Mark one piece of feedback about an assistant, or without an id all of it; returns how many changed.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such assistant, or no such feedback about it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    rows = inbox_of(actor, assistant_id)
    if feedback_id:
        rows = rows.filter(public_id=feedback_id)
        if not rows.exists():
            raise NotFound
    wanted = rows.filter(read_at__isnull=read).values("pk")
    changed = Feedback.objects.for_organisation(actor.organisation).filter(pk__in=wanted)
    return int(changed.update(read_at=timezone.now() if read else None))
