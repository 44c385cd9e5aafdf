"""What providers counted is read, and kinds of use are shown to those who pay for them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from billing.actions.check_metering import DIFFERS, check_metering
from billing.actions.roll_up_usage import roll_up_usage
from billing.actions.settle import settle
from billing.metering.notices import TOLD
from billing.metering.record import record_usages
from billing.models import MeteringCheck, UsagePending
from kernel.models import OutboxEvent
from kernel.tenancy import across_organisations, tenant_scope
from providers.adapters.sse import usage_of
from providers.ports import Usage
from tests.billing.test_allowance import usage
from tests.billing.test_metering import event
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"prompt_tokens": 9}, Usage(9, 0)),
        (
            {
                "prompt_tokens": 90,
                "completion_tokens": 40,
                "prompt_tokens_details": {"cached_tokens": 64},
                "completion_tokens_details": {"reasoning_tokens": 30},
            },
            Usage(90, 40, cached_tokens=64, reasoning_tokens=30),
        ),
        ({"prompt_tokens": 9, "prompt_tokens_details": None}, Usage(9, 0)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 12}}, Usage(9, 0, cached_tokens=9)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": -1}}, Usage(9, 0)),
    ],
)
def test_parts_of_a_providers_count_are_kept_apart_and_never_more_than_their_whole(said, found):
    assert usage_of(said) == found


def record(actor):
    with tenant_scope(actor.organisation):
        uses = [
            usage(cached_tokens=400, reasoning_tokens=100, user_id=actor.user.pk),
            usage(
                1,
                kind="tool",
                model="",
                provider="",
                price=None,
                quantity=3,
                unit="call",
                user_id=actor.user.pk,
            ),
        ]
        settle(organisation=actor.organisation, reference="turn_1", usages=uses)
    now = datetime.now(UTC)
    kept = event(
        0, kind="storage", product="", product_name="", model="", provider="", price=None, quantity=2, at=now
    )
    record_usages(actor.organisation, [kept])


def test_the_api_tells_kinds_apart(alice):
    record(alice)
    body = api_client_for(alice).get("/api/v1/usage", {"group_by": "kind"}).json()
    rows = {row["key"]: row for row in body["results"]}
    assert set(rows) == {"chat", "tool", "storage"}
    assert (rows["chat"]["cached_tokens"], rows["chat"]["reasoning_tokens"]) == (400, 100)
    assert (rows["tool"]["quantity"], rows["tool"]["calls"]) == (3, 0)
    assert (body["total"]["calls"], body["total"]["cached_tokens"]) == (1, 400)


def test_the_page_shows_kinds_and_names_no_assistant_without_a_call(alice):
    record(alice)
    page = client_for(alice).get("/usage/").content.decode()
    assert "By kind" in page
    assert "3 calls" in page
    assert "400 of them cached" in page
    assert "kept for a day" in page
    assert "Unnamed" not in page


def test_the_download_has_a_line_for_each_kind(alice):
    record(alice)
    roll_up_usage()
    lines = client_for(alice).get("/usage/export.csv").content.decode().splitlines()
    assert lines[0].endswith("cost,cached_tokens,reasoning_tokens,quantity,kind")
    assert len(lines) == 4


def test_a_difference_is_announced_to_those_who_look_after_money(alice):
    with tenant_scope(alice.organisation):
        settle(organisation=alice.organisation, reference="turn_1", usages=[usage()])
    UsagePending.objects.all().delete()
    check = check_metering(since=datetime.now(UTC).date() - timedelta(days=1))
    with across_organisations(reason="test"):
        (told,) = OutboxEvent.objects.across_organisations(reason="test").filter(kind=DIFFERS)
    assert told.payload == {"check": check.pk, "found": 2}
    assert sorted(TOLD) == ["finance", "operator"]
    assert MeteringCheck.objects.get().state == "differs"


def test_the_check_reads_no_more_than_the_days_that_it_is_asked_for(alice):
    record_usages(alice.organisation, [event(0)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM billing_usagepending")
        assert cursor.fetchone() == (0,)
    assert check_metering(since=datetime.now(UTC).date()).records == 0
    assert check_metering().records == 1
