"""Moderators hear of what waits: together, once, and of what is urgent soon."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.queries import choices_of
from kernel.outbox import deliver_events
from organisations.queries import anonymous_actor
from store.actions.appeal_decision import appeal_decision
from store.actions.decide_case import decide_case
from store.actions.report_listing import report_listing
from store.actions.request_takedown import confirm_takedown, fetched_secret, request_takedown
from store.actions.tell_moderators import tell_moderators
from store.moderation.outcomes import Verdict
from tests.events.helpers import told
from tests.factories.organisations import make_actor
from tests.factories.store import make_listing
from tests.store.test_moderation_journey import moderator, open_cases, takedown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mo():
    return moderator("mo")


def titles(staff):
    deliver_events()
    return [row.title_words for row in told(make_actor(staff.user))]


def test_what_came_in_together_is_one_notice(alice, mo):
    for name in ("ChatGPT Official Support", "PayPal Official Help"):
        make_listing(alice, name)
    assert tell_moderators() == 2 and tell_moderators() == 0
    assert titles(mo) == ["2 new cases wait for moderators"]
    assert {row.kind for row in told(make_actor(mo.user))} == {"cases_opened"}


def test_ordinary_cases_wait_for_an_hour_and_urgent_ones_do_not(alice, charlie, mo):
    make_listing(alice, "ChatGPT Official Support")
    assert tell_moderators() == 1
    make_listing(alice, "PayPal Official Help")
    assert tell_moderators() == 0
    library = make_listing(alice, "Wood Library")
    report_listing(actor=charlie, slug=library.publication.slug, reason="child_safety")
    assert tell_moderators() == 1
    assert titles(mo)[0] == "Wood Library waits for a moderator"
    assert tell_moderators(now=timezone.now() + timedelta(hours=2)) == 1


def test_an_appeal_is_told_at_once(alice, mo):
    listing = make_listing(alice, "ChatGPT Official Support")
    tell_moderators()
    decide_case(staff=mo, case_id=open_cases()[0].public_id, verdict=Verdict("reject", ["impersonation"]))
    appeal_decision(actor=alice, listing_id=listing.public_id, text="The name is ours, see our site.")
    assert tell_moderators() == 1
    assert titles(mo)[0] == "A decision about ChatGPT Official Support is appealed"


def test_a_takedown_request_is_told_and_warned_of_once(alice, mo):
    listing = make_listing(alice, "Wood Library")
    made = request_takedown(actor=anonymous_actor(ip="192.0.2.7"), fields=takedown(listing))
    confirm_takedown(secret=fetched_secret(made.public_id))
    assert tell_moderators() == 1 and tell_moderators() == 0
    near = timezone.now() + timedelta(hours=13)  # of 24
    assert tell_moderators(now=near) == 1 and tell_moderators(now=near) == 0
    assert titles(mo)[0] == "The request to take Wood Library down has to be decided soon"


def test_only_moderators_choose_how_they_hear_of_it(alice, mo):
    kinds = {choice.kind for choice in choices_of(mo.user)}
    assert {"cases_opened", "cases_appealed", "cases_due"} <= kinds
    assert not {"cases_opened", "cases_due"} & {choice.kind for choice in choices_of(alice.user)}
