"""News reaches everybody whom it concerns once, also where a crash came in between."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.models import OutboxEvent
from kernel.tenancy import across_organisations, tenant_scope
from store.actions import go_on_telling as telling
from store.actions.install_listing import install_listing
from store.actions.tell_widening import tell_widening
from store.disclosing.widening import TOLD
from store.models import Telling, Widening
from tests.factories.organisations import make_actor, make_user
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def widening(alice):
    """A widening of what three organisations have pinned."""
    listing = make_listing(alice, "Wood Library")
    for number in range(3):
        actor = make_actor(make_user(f"pins{number}@example.org"))
        install_listing(actor=actor, reference=listing.publication.slug)
    change = {"code": "new_host", "subject": "api.example", "detail": "city"}
    with tenant_scope(alice.organisation):
        return Widening.objects.create(
            organisation=alice.organisation, listing=listing, version_number=2, changes=[change]
        )


def told():
    with across_organisations(reason="test"):
        return list(
            OutboxEvent.unscoped.filter(kind=TOLD).order_by("id").values_list("organisation_id", flat=True)
        )


def test_each_is_told_once_however_often_it_is_asked(widening):
    tell_widening(widening_id=widening.pk)
    tell_widening(widening_id=widening.pk)
    assert len(told()) == len(set(told())) == 3


def test_it_goes_on_where_a_crash_ended_it(widening, monkeypatch):
    monkeypatch.setattr(telling, "BATCH", 1)
    publish, count = telling.publish_event, []

    def dying(*args):
        publish(*args)
        count.append(args)
        if len(count) == 2:
            raise SystemExit  # in the middle of the second batch's transaction

    monkeypatch.setattr(telling, "publish_event", dying)
    with pytest.raises(SystemExit):
        tell_widening(widening_id=widening.pk)
    assert len(told()) == 1
    monkeypatch.setattr(telling, "publish_event", publish)
    assert telling.go_on_telling() == 0  # begun a moment ago: somebody is at it
    with across_organisations(reason="test"):
        Telling.unscoped.update(started_at=timezone.now() - timedelta(hours=1))
    assert telling.go_on_telling() == 2 and telling.go_on_telling() == 0
    assert len(told()) == len(set(told())) == 3
