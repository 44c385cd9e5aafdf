"""When a key was last used is known to the minute, at hardly any cost."""

from datetime import datetime, timedelta

from django.utils import timezone

from kernel.tenancy import tenant_scope
from organisations.actions.touch_api_key import forget_touches
from organisations.actors import Actor
from organisations.models import ApiKey
from tests.fixtures.people import api_client_for


def last_use(actor: Actor) -> datetime | None:
    with tenant_scope(actor.organisation):
        row: ApiKey = ApiKey.objects.for_organisation(actor.organisation).get()
        return row.last_used_at


def test_the_first_use_is_noted_and_the_next_ones_within_the_minute_are_not(
    alice: Actor,
) -> None:
    client = api_client_for(alice)
    assert last_use(alice) is None
    client.get("/api/v1/me")
    noted = last_use(alice)
    assert noted is not None
    client.get("/api/v1/me")
    assert last_use(alice) == noted


def test_another_process_writes_only_after_a_minute(alice: Actor) -> None:
    client = api_client_for(alice)
    client.get("/api/v1/me")
    noted = last_use(alice)
    forget_touches()
    client.get("/api/v1/me")
    assert last_use(alice) == noted
    with tenant_scope(alice.organisation):
        earlier = timezone.now() - timedelta(seconds=61)
        ApiKey.objects.for_organisation(alice.organisation).update(last_used_at=earlier)
    forget_touches()
    client.get("/api/v1/me")
    assert last_use(alice) > earlier
