"""Note that a key was used."""

from datetime import timedelta
from time import monotonic

from django.db.models import Q
from django.utils import timezone

from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import ApiKey

EVERY = timedelta(minutes=1)
MOST_REMEMBERED = 10_000
_due: dict[int, float] = {}


def touch_api_key(*, actor: Actor) -> None:
    """Keep the time of a key's last use, to the minute.

    The audit log gets one line a day and key, with the address of that day's first use.

    Each process writes once a minute and key at most, and only where no other process just did: a busy key costs its
    requests a look into a dictionary.
    """
    key_id = actor.api_key_id
    now = monotonic()
    if key_id is None or _due.get(key_id, 0.0) > now:
        return
    if len(_due) >= MOST_REMEMBERED:
        _due.clear()
    _due[key_id] = now + EVERY.total_seconds()
    moment = timezone.now()
    with tenant_scope(actor.organisation):
        due = Q(last_used_at=None) | Q(last_used_at__lt=moment - EVERY)
        rows = ApiKey.objects.for_organisation(actor.organisation).select_for_update(of=("self",))
        key = rows.filter(due, pk=key_id).first()
        if key is None:
            return
        if key.last_used_at is None or key.last_used_at.date() < moment.date():
            record_audit(actor, "api_key.used", key, prefix=key.prefix)
        key.last_used_at = moment
        key.save(update_fields=["last_used_at"])


def forget_touches() -> None:
    """Drop what this process remembers, for tests."""
    _due.clear()
