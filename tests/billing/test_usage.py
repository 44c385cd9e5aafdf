"""Usage: summed up by day, and shown to those who may see it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from billing.actions.roll_up_usage import roll_up_usage
from billing.actions.settle import settle
from billing.models import UsageDaily
from billing.queries import usage_report, usage_total
from kernel.tenancy import tenant_scope
from tests.billing.test_allowance import usage
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = datetime.now(UTC).date


def record(actor, reference, *usages, days_ago=0):
    with tenant_scope(actor.organisation):
        settle(organisation=actor.organisation, reference=reference, usages=usages)
    if days_ago:
        move_back(reference, days_ago)


def move_back(reference, days):
    """Records cannot be changed by anybody, so time is turned back as the owner, with the guard lifted."""
    import psycopg

    from tests.harness.database import admin_url

    with psycopg.connect(admin_url(database=connection.settings_dict["NAME"])) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE billing_usagerecord SET created_at = created_at - %s * interval '1 day' WHERE reference = %s",
            [days, reference],
        )


@pytest.fixture
def week(alice, bob):
    """Two answers of Alice's today, one of Bob's three days ago with two calls."""
    record(alice, "turn_1", usage(user_id=alice.user.pk))
    record(
        alice,
        "turn_2",
        usage(
            user_id=alice.user.pk,
            product="asst_2",
            product_name="合同管家",
            model="bottega/quote",
            price=None,
        ),
    )
    record(bob, "turn_3", usage(user_id=bob.user.pk), usage(1, user_id=bob.user.pk), days_ago=3)
    roll_up_usage()


def rows(actor, group_by, **only):
    with tenant_scope(actor.organisation):
        found = usage_report(actor.organisation, TODAY() - timedelta(days=6), TODAY(), group_by, **only)
    return {row.label: (row.answers, row.calls, row.cost) for row in found}


def test_usage_by_day_assistant_model_and_member(alice, week):
    assert rows(alice, "day") == {
        str(TODAY() - timedelta(days=3)): (1, 2, 10_000),
        str(TODAY()): (2, 2, 5_000),
    }
    assert rows(alice, "assistant") == {"Reply Desk": (2, 3, 15_000), "合同管家": (1, 1, 0)}
    assert rows(alice, "model") == {"openai/small": (2, 3, 15_000), "bottega/quote": (1, 1, 0)}
    assert rows(alice, "member") == {"Bob Reed": (1, 2, 10_000), "Alice Moss": (2, 2, 5_000)}


def test_rolling_up_again_changes_nothing(alice, week):
    before = rows(alice, "day")
    roll_up_usage()
    assert rows(alice, "day") == before
    with tenant_scope(alice.organisation):
        assert UsageDaily.objects.for_organisation(alice.organisation).count() == 3


def test_a_late_record_of_a_past_day_joins_its_sum(alice, week):
    record(alice, "turn_4", usage(user_id=alice.user.pk))
    roll_up_usage()
    with tenant_scope(alice.organisation):
        daily = UsageDaily.objects.for_organisation(alice.organisation).get(
            day=TODAY(), product="asst_1", user=alice.user
        )
    assert daily.answers == 2


def test_the_roll_up_job_does_it(alice, run_jobs):
    from celery import current_app

    record(alice, "turn_1", usage())
    current_app.send_task("billing.roll_up_usage")
    assert "billing.roll_up_usage" in run_jobs()
    with tenant_scope(alice.organisation):
        assert UsageDaily.objects.for_organisation(alice.organisation).count() == 1


def test_a_member_sees_only_their_own(alice, bob, week):
    mine = (
        api_client_for(bob)
        .get("/api/v1/usage", {"group_by": "assistant", "from": TODAY() - timedelta(days=6)})
        .json()
    )
    assert mine["total"]["calls"] == 2
    assert [row["label"] for row in mine["results"]] == ["Reply Desk"]
    everything = api_client_for(alice).get("/api/v1/usage", {"from": TODAY() - timedelta(days=6)}).json()
    assert everything["total"]["calls"] == 4


def test_the_api_refuses_what_it_does_not_know(alice):
    client = api_client_for(alice)
    assert client.get("/api/v1/usage", {"group_by": "colour"}).status_code == 400
    assert client.get("/api/v1/usage", {"since": "2026-01-01"}).json()["errors"][0]["field"] == "since"
    assert client.get("/api/v1/usage", {"from": "2026-02-30"}).status_code == 400
    assert client.get("/api/v1/usage", {"from": "2026-02-02", "to": "2026-02-01"}).status_code == 400


def test_the_api_needs_somebody(client):
    assert client.get("/api/v1/usage").status_code == 401


def test_the_total_counts_people(alice, bob, week):
    with tenant_scope(alice.organisation):
        total = usage_total(alice.organisation, TODAY() - timedelta(days=6), TODAY())
    assert (total.answers, total.people, total.cost) == (3, 2, 15_000)


def test_the_page_shows_the_month(alice, week):
    page = client_for(alice).get("/usage/").content.decode()
    assert "Reply Desk" in page and "合同管家" in page and "By member" in page


def test_a_members_page_names_nobody_else(bob, week):
    page = client_for(bob).get("/usage/").content.decode()
    assert "Your usage" in page
    assert "Alice Moss" not in page and "合同管家" not in page


def test_a_month_that_has_not_begun_is_refused(alice):
    browser = client_for(alice)
    assert browser.get("/usage/?month=2999-01").status_code == 400
    assert browser.get("/usage/?month=x").status_code == 400
    assert browser.get("/usage/?month=2026-01").status_code == 200


def test_the_download_holds_no_formulas(alice):
    record(alice, "turn_1", usage(product_name="=HYPERLINK(1)", user_id=alice.user.pk))
    text = client_for(alice).get("/usage/export.csv").content.decode()
    assert "'=HYPERLINK(1)" in text and "alice@example.org" in text


def test_the_meter_of_the_rail_shows_what_is_spent(bob):
    record(bob, "turn_1", usage(input_tokens=5_000_000))
    assert "50% used" in client_for(bob).get("/usage/allowance").content.decode()


def test_strangers_are_sent_to_sign_in(client):
    assert client.get("/usage/").status_code == 302


def test_the_page_asks_the_same_number_of_questions_whatever_it_shows(alice, django_assert_max_num_queries):
    browser = client_for(alice)
    record(
        alice, "turn_first", usage()
    )  # a month that nothing has opened yet is asked what its plan says, too
    browser.get("/usage/")
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        browser.get("/usage/")
    for number in range(12):
        record(
            alice,
            f"turn_{number}",
            usage(product=f"asst_{number}", product_name=f"A{number}", model=f"m{number}"),
        )
    with CaptureQueriesContext(connection) as many:
        browser.get("/usage/")
    assert len(many) == len(few)
