"""Every panel of the dashboards as a table to take along: all of its rows, and nothing that the reader may not see."""

import csv
import io

import pytest

from billing.actions.roll_up_usage import roll_up_usage
from billing.actions.set_budget import set_budget
from kernel.tenancy import tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.models import Membership
from tests.billing.test_limits import used
from tests.billing.test_metered import ask, end
from tests.fixtures.people import client_for

PANELS = ("assistants", "models", "people", "kinds", "payers", "groups", "limits")
WALLED = ("people", "payers", "groups", "limits")


@pytest.fixture
def busy(alice, bob):
    """Alice and Bob asked once each; Bob has a budget and is in a group, whose name is a formula."""
    with tenant_scope(alice.organisation):
        member = Membership.objects.for_organisation(alice.organisation).get(user=bob.user)
    group = create_group(actor=alice, name="=2+3")
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=[member.public_id])
    set_budget(actor=alice, scope="member", subject=member.public_id, limit=1_000_000)
    for actor in (alice, bob):
        ask(actor, f"turn_{actor.user_id}")
        end(actor, f"turn_{actor.user_id}", used(actor))
    roll_up_usage()


def table_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv"), path
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.django_db(transaction=True)
def test_each_panel_adds_up(busy, alice, bob):
    client = client_for(alice)
    tables = {panel: table_of(client, f"/usage/{panel}.csv") for panel in PANELS}
    for panel in ("assistants", "models", "people", "kinds", "payers"):
        assert [sum(float(row["cost"]) for row in tables[panel])] == [0.01], panel
    assert {row["person"] for row in tables["people"]} == {alice.user.display_name, bob.user.display_name}
    assert [(row["group"], row["cost"]) for row in tables["groups"]] == [("'=2+3", "0.005000")]
    assert tables["limits"][1]["spent"] == "0.005000"
    (budget,) = table_of(client, "/billing/budgets/export.csv")
    assert (budget["budget"], budget["limit"], budget["spent"]) == ("member", "1.000000", "0.005000")
    spenders = table_of(client, "/billing/budgets/spenders.csv?by=member")
    assert sorted(row["budget"] for row in spenders) == ["", "1.000000"]
    shown = client.get("/usage/").content.decode() + client.get("/billing/budgets/").content.decode()
    links = [f"/usage/{panel}.csv?month=" for panel in PANELS] + [
        "/billing/budgets/export.csv",
        "spenders.csv?by=",
    ]
    assert [link for link in links if link not in shown] == []


@pytest.mark.django_db(transaction=True)
def test_a_member_takes_their_own_along_and_no_more(busy, bob):
    client = client_for(bob)
    assert [row["cost"] for row in table_of(client, "/usage/models.csv")] == ["0.005000"]
    assert {client.get(f"/usage/{panel}.csv").status_code for panel in (*WALLED, "nothing")} == {404}
    assert client.get("/billing/budgets/spenders.csv").status_code == 403
    shown = client.get("/usage/").content.decode()
    assert [panel for panel in WALLED if f"/usage/{panel}.csv" in shown] == []
