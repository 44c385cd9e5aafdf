"""Prices on pages and over REST: the creator sets them, the store shows them, the chat asks before it is paid."""

import html
import json

import pytest

from assistants.chat.actions.start_conversation import start_conversation
from billing.actions.buy_product import buy_product
from billing.actions.refund_purchase import ask_refund, decide_refund
from billing.actions.renew_purchases import renew_purchases
from billing.ledger import wallet_free
from billing.models import Sale
from events.models import Notification
from kernel.outbox import deliver_events
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import AuditEntry
from store.actions.create_listing import create_listing
from store.actions.price_listing import price_listing
from store.actions.submit_listing import submit_listing
from store.fields import ListingFields
from store.queries import access_listing
from tests.billing.test_sales import credit
from tests.factories.chat import make_published
from tests.factories.organisations import add_member, make_user
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for, api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
PRICE = 100_000


@pytest.fixture
def desk(alice):
    return make_listing(alice, "Reply Desk")


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return html.unescape(response.content.decode())


def price(actor, listing, trial_messages=0, **prices):
    price_listing(actor=actor, listing_id=listing.public_id, prices=prices, trial_messages=trial_messages)


def free(actor):
    with tenant_scope(actor.organisation):
        return wallet_free(actor.organisation.pk)


def test_the_creator_sets_prices_over_rest_and_hears_what_they_bring(alice, bob, charlie, desk):
    path = f"/api/v1/listings/{desk.public_id}/price"
    api = api_client_for(alice)
    assert api.get(path).json()["prices"] == []
    wanted = {
        "prices": [{"kind": "monthly", "amount": 4_000_000}, {"kind": "message", "amount": PRICE}],
        "trial_messages": 3,
    }
    shown = api.put(path, wanted).json()
    assert [one["kind"] for one in shown["prices"]] == ["message", "monthly"]
    assert [one["creator_share"] for one in shown["prices"]] == [80_000, 3_200_000]
    assert (shown["trial_messages"], shown["currency"]) == (3, "EUR")
    assert api_client_for(bob).put(path, wanted).status_code == 403
    assert api_client_for(charlie).put(path, wanted).status_code == 404
    with tenant_scope(alice.organisation):
        entry = AuditEntry.objects.for_organisation(alice.organisation).get(action="listing.priced")
        assert entry.after["prices"] == {"monthly": 4_000_000, "message": PRICE}
    assert api.put(path, {"prices": []}).json()["prices"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"prices": [{"kind": "message", "amount": -1}]},
        {"prices": [{"kind": "message", "amount": 0}]},
        {"prices": [{"kind": "message", "amount": 10**13}]},
        {"prices": [{"kind": "message", "amount": "NaN"}]},
        {"prices": [{"kind": "message", "amount": 1.5}]},
        {"prices": [{"kind": "pool", "amount": 1}]},
        {"prices": [{"kind": "yearly", "amount": 1}]},
        {"prices": [{"kind": "monthly", "amount": 1}] * 2},
        {"prices": None},
        {"prices": [], "trial_messages": -1},
        {"prices": [], "trial_messages": 10**9},
        {"prices": [], "more": 1},
        {},
    ],
)
def test_what_is_no_price_is_refused(alice, desk, body):
    response = api_client_for(alice).put(f"/api/v1/listings/{desk.public_id}/price", body)
    assert response.status_code == 400, response.json()
    assert response.json()["errors"]


def test_a_message_is_not_sold_below_its_typical_cost(alice, desk, model_server):
    assistant = make_published(alice, model="fake/chat", visibility="public")
    listing = create_listing(
        actor=alice,
        assistant_id=assistant.public_id,
        fields=ListingFields(visibility="public", tagline="Says what it knows"),
    )
    path = f"/api/v1/listings/{listing.public_id}/price"
    api = api_client_for(alice)
    cost = api.get(path).json()["typical_cost"]
    assert cost > 1
    refused = api.put(path, {"prices": [{"kind": "message", "amount": cost - 1}]})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "below_cost")
    assert api.put(path, {"prices": [{"kind": "message", "amount": cost}]}).status_code == 200
    assert api.put(path, {"prices": [{"kind": "monthly", "amount": 1}]}).status_code == 200


def test_the_panel_previews_refuses_and_saves(alice, desk):
    client = client_for(alice)
    base = f"/store/panel/{desk.publication.assistant_public_id}/price"
    assert "Save prices" in page(client, base)
    shown = client.post(f"{base}/preview", {"message": "0.1"}).content.decode()
    assert "€0.10 a message" in shown
    assert "€0.08" in shown
    for typed in ("-1", "NaN", "Infinity", "1e99", "0.00001", "ten"):
        refused = client.post(f"{base}/save", {"message": typed}).content.decode()
        assert "field-error" in refused, typed
    saved = client.post(f"{base}/save", {"message": "0.1", "one_off": "30", "trial_messages": "2"})
    assert "Saved." in saved.content.decode()
    again = page(client, base)
    assert 'value="0.1"' in again
    assert 'value="30"' in again


def test_the_store_shows_and_filters_prices(alice, charlie, desk, client):
    make_listing(alice, "Gift Desk")
    price(alice, desk, message=PRICE, pool=0)
    assert "€0.10 a message" in page(client, "/store/search")
    found = {
        wanted: [
            one["name"] for one in client.get("/api/v1/store/listings", {"price": wanted}).json()["results"]
        ]
        for wanted in ("free", "paid", "included")
    }
    assert found == {"free": ["Gift Desk"], "paid": ["Reply Desk"], "included": ["Reply Desk"]}
    words = client.get("/api/v1/store/listings", {"price": "paid", "search": "desk"}).json()["results"]
    assert [one["price"]["words"] for one in words] == ["€0.10 a message"]
    shown = page(client, f"/a/{desk.publication.slug}")
    said = json.loads(shown.partition('type="application/ld+json">')[2].partition("</script>")[0])
    assert said["offers"] == [{"@type": "Offer", "price": "0.1", "priceCurrency": "EUR"}]
    assert f"/purchases/of/{desk.publication.slug}" in page(
        client_for(charlie), f"/a/{desk.publication.slug}"
    )


def test_buying_over_rest(alice, charlie, desk):
    credit(charlie.organisation, 10_000_000)
    price(alice, desk, message=PRICE, monthly=4_000_000)
    api = api_client_for(charlie)
    word = api.post("/api/v1/billing/acceptances", {"listing": desk.public_id, "cap": 5 * PRICE})
    assert (word.status_code, word.json()["cap"], word.json()["spent"]) == (201, 5 * PRICE, 0)
    path = f"/api/v1/billing/acceptances/{word.json()['id']}"
    assert api.patch(path, {"cap": None}).json()["cap"] is None
    assert (
        api.get("/api/v1/billing/acceptances").json()["results"][0]["assistant"] == word.json()["assistant"]
    )
    assert api.delete(path).status_code == 204
    made = api.post(
        "/api/v1/billing/purchases", {"assistant": desk.publication.slug, "kind": "monthly"}
    ).json()
    path = f"/api/v1/billing/purchases/{made['id']}"
    assert api.patch(path, {"renews": False}).json()["renews"] is False
    assert api.get(path).json()["state"] == "active"
    assert api_client_for(alice).get(path).status_code == 404
    assert api.post(f"{path}/refund").json()["state"] == "refunded"
    assert free(charlie) == 10_000_000


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"assistant": "a", "listing": "b"},
        {"assistant": None},
        {"listing": "x", "cap": -1},
        {"assistant": 1, "cap": "NaN"},
    ],
)
def test_what_names_no_product_is_refused(charlie, body):
    assert api_client_for(charlie).post("/api/v1/billing/acceptances", body).status_code in (400, 404)


def test_the_page_of_purchases_holds_everything(alice, charlie, desk):
    credit(charlie.organisation, 100_000_000)
    price(alice, desk, message=PRICE, one_off=30_000_000)
    browser, slug = client_for(charlie), desk.publication.slug
    assert "Nothing bought yet" in page(browser, "/purchases/")
    offer = page(browser, f"/purchases/of/{slug}")
    assert "€0.10 a message" in offer
    assert "€30.00 once" in offer
    wrong = browser.post(f"/purchases/of/{slug}/accept", {"expected": "1"})
    assert wrong.status_code == 409
    assert browser.post(f"/purchases/of/{slug}/accept", {"expected": PRICE, "cap": "2.5"}).status_code == 302
    assert (
        browser.post(f"/purchases/of/{slug}/buy", {"kind": "one_off", "expected": 30_000_000}).status_code
        == 302
    )
    shown = page(browser, "/purchases/")
    for words in ("Bought for good", "€0.10 a message", 'value="2.5"', "Give back for €30.00"):
        assert words in shown
    with tenant_scope(charlie.organisation):
        sale = Sale.objects.for_organisation(charlie.organisation).get().public_id
    assert sale in page(browser, f"/purchases/receipts/{sale}")
    assert client_for(alice).get(f"/purchases/receipts/{sale}").status_code == 404
    browser.post(f"/purchases/receipts/{sale}/refund", {"reason": "Not what it says"})
    asked = page(client_for(alice), "/earnings/refunds")
    assert "Not what it says" in asked
    assert charlie.user.email not in asked
    assert "Foxglove" not in asked


def test_members_see_whom_to_ask(alice, charlie, desk):
    price(alice, desk, message=PRICE)
    dora = client_for(add_member(charlie.organisation, make_user("dora@example.org")))
    path = f"/purchases/of/{desk.publication.slug}"
    assert "Ask for €0.10 a message" in page(dora, path)
    dora.post(f"{path}/ask", {"kind": "message", "reason": "Letters"})
    assert "You asked for it" in page(dora, path)


def test_the_chat_and_v1_ask_before_they_are_paid(alice, charlie, live_app, model_server):
    credit(charlie.organisation, 1_000_000)
    assistant = make_published(alice, visibility="public")
    listing = create_listing(
        actor=alice,
        assistant_id=assistant.public_id,
        fields=ListingFields(visibility="public", tagline="Says what it knows"),
    )
    submit_listing(actor=alice, listing_id=listing.public_id)
    with tenant_scope(alice.organisation):
        slug = access_listing(alice, listing.public_id).publication.slug
    price(alice, listing, message=PRICE)
    conversation = start_conversation(actor=charlie, reference=slug)
    path = f"/api/v1/conversations/{conversation.public_id}/messages"
    asking = {"model": slug, "messages": [{"role": "user", "content": "When?"}]}
    with live_app.client(api_key_for(charlie)) as api:
        refused = api.post(path, json={"text": "When?"})
        assert (refused.status_code, refused.json()["code"]) == (402, "payment_needed")
        assert refused.json()["prices"] == [{"kind": "message", "amount": PRICE}]
        error = api.post("/v1/chat/completions", json=asking).json()["error"]
        assert (error["type"], error["code"]) == ("insufficient_quota", "payment_needed")
        assert error["accept"].endswith(f"/purchases/of/{assistant.public_id}")
        word = api.post("/api/v1/billing/acceptances", json={"assistant": assistant.public_id})
        assert word.status_code == 201, word.text
        model_server.answer("On the first.")
        model_server.answer("On the first.")
        assert api.post(path, json={"text": "When?"}).status_code == 200
        assert api.post("/v1/chat/completions", json=asking).status_code == 200
    assert free(charlie) == 1_000_000 - 2 * PRICE


def test_people_are_told(alice, charlie, desk):
    credit(charlie.organisation, 4_000_000)
    price(alice, desk, monthly=4_000_000)
    one = buy_product(actor=charlie, reference=desk.publication.slug, kind="monthly")
    renew_purchases(now=one.paid_until)
    with tenant_scope(charlie.organisation):
        sale = Sale.objects.for_organisation(charlie.organisation).get().public_id
    request = ask_refund(actor=charlie, sale_id=sale, reason="I lost my work.")
    decide_refund(actor=alice, request_id=request.public_id, granted=False, answer="It was used.")
    deliver_events()
    with across_organisations(reason="test"):
        rows = Notification.objects.across_organisations(reason="test")
        told = {(row.kind, row.user_id) for row in rows}
    assert told >= {
        ("purchase_unpaid", charlie.user_id),
        ("refund_asked", alice.user_id),
        ("refund_declined", charlie.user_id),
    }
