"""Domain events reach their consumers after the commit, each at least once."""

from collections.abc import Iterator
from typing import Any

import pytest

from kernel import registries
from kernel.models import OutboxEvent
from kernel.outbox import MAX_ATTEMPTS, deliver_events, publish_event
from kernel.registries import EventConsumer
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.create_organisation import create_organisation
from organisations.actors import Actor

pytestmark = pytest.mark.django_db(transaction=True)
Seen = list[tuple[int, str, dict[str, Any]]]


@pytest.fixture
def consumers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EventConsumer]]:
    """The registered consumers, for this test only these."""
    items: list[EventConsumer] = []
    monkeypatch.setattr(registries.event_consumers, "_items", items)
    yield items


def consumer(seen: Seen, *, name: str = "listener", answer: bool | Exception = True) -> EventConsumer:
    def handle(organisation_id: int, kind: str, payload: dict[str, Any], event_id: int) -> bool:
        seen.append((organisation_id, kind, payload))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return EventConsumer(name, frozenset({"organisation.created"}), handle)


def publish(actor: Actor, kind: str = "organisation.created", **payload: Any) -> None:
    with tenant_scope(actor.organisation):
        publish_event(actor.organisation, kind, payload)


def waiting() -> int:
    with across_organisations(reason="count"):
        return OutboxEvent.objects.across_organisations(reason="count").filter(delivered_at=None).count()


def test_an_actions_event_arrives_once_its_state_is_committed(
    alice: Actor, consumers: list[EventConsumer], run_jobs: Any
) -> None:
    deliver_events()
    seen: Seen = []
    consumers.append(consumer(seen))
    made = create_organisation(actor=alice, name="Night school")
    assert "kernel.deliver_events" in run_jobs()
    assert seen == [(made.pk, "organisation.created", {"organisation": made.public_id})]
    assert waiting() == 0


def test_an_event_of_a_failed_transaction_never_happened(
    alice: Actor, consumers: list[EventConsumer]
) -> None:
    deliver_events()
    seen: Seen = []
    consumers.append(consumer(seen))
    with pytest.raises(ZeroDivisionError), tenant_scope(alice.organisation):
        publish_event(alice.organisation, "organisation.created", {})
        raise ZeroDivisionError
    assert deliver_events() == 0
    assert seen == []


def test_one_consumers_fault_holds_up_neither_others_nor_later_events(
    alice: Actor, consumers: list[EventConsumer]
) -> None:
    deliver_events()
    seen: Seen = []
    consumers += [consumer([], name="broken", answer=ValueError("oops")), consumer(seen)]
    publish(alice, number=1)
    publish(alice, number=2)
    assert deliver_events() == 0
    assert [payload["number"] for _, _, payload in seen] == [1, 2]
    assert waiting() == 2


def test_a_refused_event_is_offered_again_and_then_given_up(
    alice: Actor, consumers: list[EventConsumer]
) -> None:
    deliver_events()
    seen: Seen = []
    consumers.append(consumer(seen, answer=False))
    publish(alice)
    for _ in range(MAX_ATTEMPTS + 2):
        deliver_events()
    assert len(seen) == MAX_ATTEMPTS


def test_kinds_that_nobody_wants_are_done_with(alice: Actor, consumers: list[EventConsumer]) -> None:
    deliver_events()
    publish(alice, "something.else")
    assert deliver_events() == 1
    assert waiting() == 0
