"""A new version that does more with people's data waits for moderators, where people look first."""

import pytest
from django.test import override_settings

from assistants.actions.actions.update_action import update_action
from assistants.building.actions.publish import publish
from assistants.building.actions.release_version import release_version
from kernel.errors import Conflict
from kernel.tenancy import tenant_scope
from store.actions.create_listing import create_listing
from store.actions.decide_case import SubjectChanged, decide_case
from store.actions.recheck_listing import recheck_listing
from store.actions.submit_listing import submit_listing
from store.actions.update_listing import update_listing
from store.disclosing.personal import PrivacyPolicyNeeded, is_personal, personal_hosts
from store.fields import ListingFields
from store.moderation.gate import ListingRejected
from store.moderation.outcomes import Verdict
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.organisations import make_actor
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for, client_for
from tests.store.test_disclosing_statements import calling_outside
from tests.store.test_moderation_journey import fresh, moderator, open_cases

pytestmark = pytest.mark.django_db(transaction=True)
POLICY = "https://pine.example/privacy"


@pytest.fixture
def mo():
    return moderator("mo")


@pytest.fixture
def listing(alice, mo):
    """A live one whose draft calls a host that the live version does not."""
    made = make_listing(alice, "Wood Library", privacy_policy_url=POLICY)
    calling_outside(alice, made.publication.assistant)
    return made


def live_number(actor, listing):
    with tenant_scope(actor.organisation):
        return fresh(actor, listing).publication.live_version.number


def publish_again(actor, listing):
    return publish(actor=actor, assistant_id=listing.publication.assistant_public_id)


@override_settings(STORE_REVIEW="human")
def test_what_reaches_further_waits_and_the_old_version_serves(alice, charlie, mo, listing, run_jobs):
    publish_again(alice, listing)
    (case,) = open_cases("change")
    assert live_number(alice, listing) == 1 and fresh(alice, listing).state == "live"
    run_jobs()
    recheck_listing(organisation_id=alice.organisation.pk, listing_id=listing.public_id)
    assert [one.pk for one in open_cases("change") if one.evidence.get("pending")] == [case.pk]
    page = client_for(make_actor(mo.user)).get(f"/moderation/{case.public_id}").content.decode()
    assert "What version 2, which waits, does more" in page
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("approve"))
    assert live_number(alice, listing) == 2
    run_jobs()
    assert open_cases("change") == []


@override_settings(STORE_REVIEW="human")
def test_what_is_refused_never_goes_live_and_cannot_come_again(alice, mo, listing):
    version = publish_again(alice, listing)
    (case,) = open_cases("change")
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("reject", ["misleading"]))
    assert live_number(alice, listing) == 1 and fresh(alice, listing).state == "live"
    with pytest.raises(ListingRejected):
        release_version(
            actor=alice, assistant_id=listing.publication.assistant_public_id, number=version.number
        )


@override_settings(STORE_REVIEW="human")
def test_what_reaches_no_further_goes_live_at_once_and_ends_the_waiting(alice, mo, listing):
    publish_again(alice, listing)
    assistant = listing.publication.assistant_public_id
    api = api_client_for(alice)
    api.patch(f"/api/v1/assistants/{assistant}/draft", {"actions": []})
    publish_again(alice, listing)
    assert live_number(alice, listing) == 3 and open_cases("change") == []


def test_where_the_checks_decide_it_goes_live_at_once(alice, mo, listing):
    publish_again(alice, listing)
    assert live_number(alice, listing) == 2 and open_cases("change") == []


@override_settings(STORE_REVIEW="human")
def test_the_creator_reads_that_it_waits(alice, mo, listing):
    assistant = listing.publication.assistant_public_id
    browser = client_for(alice)
    answer = browser.post(f"/build/{assistant}/publish", {"visibility": "public", "slug": ""}, follow=True)
    assert "waits for the store&#x27;s moderators" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "personal"),
    [
        ("email", True), ("customerEmail", True), ("first_name", True), ("姓名", True), ("postal-code", True),
        ("title", False), ("name", False), ("query", False), ("mailbox_count", False), ("statement", False),
    ],
)  # fmt: skip
def test_which_fields_name_people(field, personal):
    assert is_personal(field) is personal


def test_an_account_of_ones_own_names_people_too():
    hosts = [
        {"host": "a.example", "fields": ["title"], "account": "user"},
        {"host": "b.example", "fields": ["q"]},
    ]
    assert personal_hosts({"hosts": hosts}) == ["a.example"]


def sending_addresses(actor):
    assistant = make_assistant(actor, "Letter Desk")
    address = {"type": "object", "properties": {"email": {"type": "string"}}}
    operation = {
        "operationId": "send",
        "summary": "Send a letter",
        "requestBody": {"content": {"application/json": {"schema": address}}},
        "responses": {"201": {"description": "sent"}},
    }
    action = make_action(
        actor, assistant, document_of("https://post.example", {"/letters": {"post": operation}})
    )
    update_action(
        actor=actor,
        assistant_id=assistant.public_id,
        action_id=action.public_id,
        privacy_policy_url="https://post.example/privacy",
    )
    publish(actor=actor, assistant_id=assistant.public_id)
    fields = ListingFields(visibility="public", tagline="Sends letters")
    return create_listing(actor=actor, assistant_id=assistant.public_id, fields=fields)


def test_what_sends_personal_data_needs_a_privacy_policy(alice):
    made = sending_addresses(alice)
    answer = api_client_for(alice).get(f"/api/v1/listings/{made.public_id}/checklist").json()
    states = {item["code"]: item["state"] for item in answer["items"]}
    assert (states["privacy_policy"], answer["ready"]) == ("stop", False)
    refused = api_client_for(alice).post(f"/api/v1/listings/{made.public_id}/submit")
    assert refused.status_code == 409 and refused.json()["code"] == "privacy_policy_needed"
    assert "post.example" in refused.json()["detail"]
    update_listing(actor=alice, listing_id=made.public_id, fields=ListingFields(privacy_policy_url=POLICY))
    assert submit_listing(actor=alice, listing_id=made.public_id).is_live
    with pytest.raises(PrivacyPolicyNeeded):
        update_listing(actor=alice, listing_id=made.public_id, fields=ListingFields(privacy_policy_url=""))


def test_opening_it_and_naming_the_policy_is_one_step(alice):
    made = sending_addresses(alice)
    update_listing(actor=alice, listing_id=made.public_id, fields=ListingFields(visibility="organisation"))
    submit_listing(actor=alice, listing_id=made.public_id)
    with pytest.raises(Conflict):
        update_listing(actor=alice, listing_id=made.public_id, fields=ListingFields(visibility="public"))
    both = ListingFields(visibility="public", privacy_policy_url=POLICY)
    assert update_listing(actor=alice, listing_id=made.public_id, fields=both).visibility == "public"


@override_settings(STORE_REVIEW="human")
def test_what_was_changed_after_it_was_sent_in_is_looked_at_again(alice, mo, run_jobs):
    listing = make_listing(alice, "Wood Library")
    (case,) = open_cases("submission")
    seen = case.evidence["version"]["id"]
    publish_again(alice, listing)
    approve = Verdict("approve")
    with pytest.raises(SubjectChanged):
        decide_case(staff=mo, case_id=case.public_id, verdict=approve)
    run_jobs()
    assert open_cases("submission")[0].evidence["version"]["number"] == 2
    with pytest.raises(SubjectChanged):  # whoever still has the old page open
        decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("approve", seen=seen))
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(description="New words"))
    with pytest.raises(SubjectChanged):
        decide_case(staff=mo, case_id=case.public_id, verdict=approve)
    run_jobs()
    decide_case(staff=mo, case_id=case.public_id, verdict=approve)
    assert fresh(alice, listing).state == "live"
