"""The pages and the REST of moderation, as browsers and programs meet them."""

import pytest
from django.utils.formats import date_format

from accounts.actions.grant_staff import grant_staff
from accounts.staff import Staff
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import AuditEntry
from store.models import Case
from tests.factories.organisations import make_actor
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for, client_for, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mo():
    make_user("mo@staff.example", name="Mo")
    return Staff(grant_staff(email="mo@staff.example", role="moderator"))


def the_case() -> Case:
    with across_organisations(reason="test"):
        return Case.unscoped.order_by("-id").first()


def test_a_moderator_walks_the_queue_and_decides(alice, charlie, mo):
    listing = make_listing(alice, "ChatGPT Official Support", description="Ask it anything at all.")
    case = the_case()
    browser = client_for(make_actor(mo.user))
    queue = browser.get("/moderation/").content.decode()
    assert "ChatGPT Official Support" in queue and f"/moderation/{case.public_id}" in queue
    assert browser.get("/moderation/?state=all&kind=submission&taken=nobody").status_code == 200
    assert browser.get("/moderation/next").url.endswith(case.public_id)
    page = browser.get(f"/moderation/{case.public_id}").content.decode()
    for words in ("It says that it comes from Chatgpt", "Send and open the next", "Its creator", "Take it"):
        assert words in page
    assert "Answer kindly." not in page
    assert "Answer kindly." in browser.post(f"/moderation/{case.public_id}/look").content.decode()
    with tenant_scope(alice.organisation):
        looked = AuditEntry.objects.for_organisation(alice.organisation).filter(action="case.looked")
        assert looked.get().staff_label == "mo@staff.example"
    assert "ChatGPT Official Support" in browser.get(f"/moderation/{case.public_id}/page").content.decode()
    assert browser.post(f"/moderation/{case.public_id}/take", {"wish": "take"}).status_code == 302
    wrong = browser.post(f"/moderation/{case.public_id}/decide", {"outcome": "reject", "message": "No <b>"})
    assert wrong.status_code == 400 and "Choose at least one reason" in wrong.content.decode()
    given = {"outcome": "reject", "reasons": ["impersonation"], "message": "It is not theirs.", "next": "1"}
    assert browser.post(f"/moderation/{case.public_id}/decide", given).url == "/moderation/"
    panel = f"/store/panel/{listing.publication.assistant_public_id}/standing"
    standing = client_for(alice).get(panel).content.decode()
    assert "Passes itself off as somebody else" in standing and "It is not theirs." in standing
    appealed = client_for(alice).post(panel.replace("standing", "appeal"), {"text": "The name is ours, see."})
    assert "Your appeal is being looked at" in appealed.content.decode()
    assert "The name is ours, see." in browser.get(f"/moderation/{the_case().public_id}").content.decode()


@pytest.mark.parametrize("path", ["/moderation/", "/moderation/next", "/moderation/case_x"])
def test_to_others_the_pages_are_not_there(alice, client, path):
    assert client_for(alice).get(path).status_code == 404
    assert client.get(path).status_code == 302


def test_the_queue_over_rest(alice, charlie, mo):
    listing = make_listing(alice, "Wood Library")
    staff = api_client_for(make_actor(mo.user))
    assert api_client_for(alice).get("/api/v1/moderation/cases").status_code == 404
    made = staff.post("/api/v1/moderation/cases", {"listing": listing.publication.slug})
    assert made.status_code == 201 and made.json()["outcomes"] == ["dismiss", "request_changes", "suspend"]
    case = made.json()["id"]
    listed = staff.get("/api/v1/moderation/cases?limit=1").json()
    assert [row["id"] for row in listed["results"]] == [case] and listed["next"] is None
    decided = staff.post(
        f"/api/v1/moderation/cases/{case}/decisions",
        {"decision": "suspend", "reason": "It copies somebody else's page.", "note": "seen before"},
    )
    assert decided.status_code == 201, decided.json()
    assert decided.json()["listing_state"] == "suspended"
    assert decided.json()["decisions"][0]["message"] == "It copies somebody else's page."
    slug = listing.publication.slug
    assert api_client_for(charlie).get(f"/api/v1/store/listings/{slug}").status_code == 404
    owner = api_client_for(alice)
    again = owner.post(
        f"/api/v1/listings/{listing.public_id}/appeal", {"text": "We wrote that page ourselves."}
    )
    assert again.status_code == 201, again.json()
    assert owner.get(f"/api/v1/listings/{listing.public_id}").json()["state"] == "appealed"
    restored = staff.post(
        f"/api/v1/moderation/cases/{again.json()['id']}/decisions", {"decision": "restore", "reason": "copy"}
    )
    assert restored.json()["listing_state"] == "live"
    assert api_client_for(charlie).get(f"/api/v1/store/listings/{slug}").status_code == 200
    unknown = staff.post(f"/api/v1/moderation/cases/{case}/decisions", {"decision": "burn"})
    assert unknown.status_code == 400
    assert staff.get("/api/v1/moderation/cases/case_none").status_code == 404


def test_reporting_by_page_and_rest(alice, charlie):
    slug = make_listing(alice, "Wood Library").publication.slug
    browser = client_for(charlie)
    assert "It pretends to be somebody else" in browser.get(f"/a/{slug}/report").content.decode()
    assert browser.post(f"/a/{slug}/report", {}).status_code == 400
    sent = browser.post(f"/a/{slug}/report", {"reason": "spam", "text": "Only advertising"})
    assert sent.url == f"/a/{slug}"
    key = api_client_for(charlie)
    assert key.post(f"/api/v1/store/listings/{slug}/report", {"reason": "privacy"}).status_code == 201
    assert key.post(f"/api/v1/store/listings/{slug}/report", {"reason": "ugly"}).status_code == 400
    assert key.post("/api/v1/store/listings/nothing/report", {"reason": "spam"}).status_code == 404
    assert browser.get("/a/nothing/report").status_code == 404


def test_the_form_for_outsiders(alice, client):
    slug = make_listing(alice, "Wood Library").publication.slug
    assert slug in client.get(f"/takedown?listing={slug}").content.decode()
    wrong = client.post("/takedown", {"listing": slug})
    assert wrong.status_code == 400
    unknown = {
        "listing": "no-such-page",
        "kind": "copyright",
        "name": "Rosa Lind",
        "email": "rosa@lind.example",
        "what": "The whole text is from my book.",
        "sworn": "on",
    }
    assert "There is no such page here" in client.post("/takedown", unknown).content.decode()
    sent = client.post("/takedown", unknown | {"listing": slug})
    assert sent.status_code == 200 and "rosa@lind.example" in sent.content.decode()


def test_the_checklist_says_what_to_do(alice):
    listing = make_listing(
        alice, "Wood Library", live=False, description="Card 4111 1111 1111 1111, https://bit.ly/x"
    )
    answer = api_client_for(alice).get(f"/api/v1/listings/{listing.public_id}/checklist").json()
    states = {item["code"]: item["state"] for item in answer["items"]}
    assert states["name"] == states["tagline"] == states["secrets"] == states["knowledge"] == "ok"
    assert (states["tests"], states["checks"], answer["ready"]) == ("look", "stop", False)
    assert answer["review"] == "automatic"
    stopped = next(item for item in answer["items"] if item["code"] == "checks")
    assert any("payment card" in sentence for sentence in stopped["sentences"]) and stopped["advice"]
    page = client_for(alice).get(f"/store/panel/{listing.publication.assistant_public_id}/standing")
    assert "Before you send it in" in page.content.decode()


def test_looking_inside_without_scripts_keeps_the_page(alice, mo):
    make_listing(alice, "ChatGPT Official Support")
    browser, address = client_for(make_actor(mo.user)), f"/moderation/{the_case().public_id}"
    whole = browser.post(f"{address}/look").content.decode()
    assert "Answer kindly." in whole and "<title>" in whole and "Send and open the next" in whole
    part = browser.post(f"{address}/look", headers={"HX-Request": "true"}).content.decode()
    assert "Answer kindly." in part and "<title>" not in part


def test_dates_are_the_sites(alice, mo):
    make_listing(alice, "ChatGPT Official Support")
    case, browser = the_case(), client_for(make_actor(mo.user))
    due = date_format(case.due_at, "DATETIME_FORMAT")
    assert due in browser.get("/moderation/").content.decode()
    assert due in browser.get(f"/moderation/{case.public_id}").content.decode()
