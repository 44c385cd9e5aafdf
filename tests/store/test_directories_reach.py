"""How much of what other organisations publish an organisation's people may use, everywhere."""

import pytest

from assistants.building.plans import plan_for_publication
from assistants.building.standing import OutsideNotAllowed
from assistants.chat.actions.post_message import post_message
from assistants.chat.actions.start_conversation import start_conversation
from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from organisations.policy_cache import forget_policies
from store.actions.allow_listing import allow_listing
from store.actions.install_listing import install_listing
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


def let(actor: Actor, public: str) -> None:
    patch_policy(actor=actor, patch={"store": {"public": public}})
    forget_policies()


def test_a_hidden_store_is_closed_on_every_way_in(alice: Actor, charlie: Actor) -> None:
    make_listing(alice, "Ada")
    browser, api = client_for(charlie), api_client_for(charlie)
    assert browser.get("/a/ada").status_code == 200
    let(charlie, "hidden")
    assert browser.get("/").url == "/directory/"
    assert browser.get("/store/search").status_code == 403
    assert browser.get("/a/ada").status_code == 403
    assert api.get("/api/v1/store/listings").json()["code"] == "public_store_hidden"
    assert api.get("/api/v1/store/listings/ada").status_code == 403
    assert api.post("/api/v1/installs", {"listing": "ada"}).status_code == 403
    with pytest.raises(OutsideNotAllowed, match="Ask an administrator"):  # the way of /v1
        plan_for_publication(charlie, "ada")


def test_a_chat_that_runs_already_gets_no_more_answers_and_a_clear_sentence(
    alice: Actor, charlie: Actor
) -> None:
    make_listing(alice, "Ada")
    conversation = start_conversation(actor=charlie, reference="ada")
    let(charlie, "hidden")
    with pytest.raises(OutsideNotAllowed, match="does not let you use this assistant"):
        post_message(actor=charlie, conversation_id=conversation.public_id, text="Still there?")


def test_the_own_public_assistants_stay(alice: Actor) -> None:
    make_listing(alice, "Ada")
    let(alice, "hidden")
    assert client_for(alice).get("/a/ada").status_code == 200
    assert start_conversation(actor=alice, reference="ada").reference


def test_looking_at_a_change_says_whose_pins_would_stop(alice: Actor, charlie: Actor) -> None:
    make_listing(alice, "Ada")
    install_listing(actor=charlie, reference="ada")
    api = api_client_for(charlie)
    preview = "/api/v1/organisation/policy/preview"
    told = api.post(preview, {"store": {"public": "hidden"}}).content.decode()
    assert "that people pinned would answer no more: Ada." in told
    allow_listing(actor=charlie, listing="ada")
    assert "Ada" not in api.post(preview, {"store": {"public": "chosen"}}).content.decode()
    assert api.post(preview, {"store": {"public": "some"}}).status_code == 400


def test_the_policy_page_keeps_what_was_chosen(alice: Actor) -> None:
    let(alice, "chosen")
    page = client_for(alice).get("/organisation/policy/").content.decode()
    assert 'name="store.public" value="chosen" checked' in page


def test_a_pin_that_is_kept_out_leaves_the_rail_and_comes_back(alice: Actor, charlie: Actor) -> None:
    make_listing(alice, "Ada")
    install_listing(actor=charlie, reference="ada")
    browser = client_for(charlie)
    let(charlie, "hidden")
    assert "Ada" not in browser.get("/store/pins").content.decode()
    let(charlie, "everyone")
    assert "Ada" in browser.get("/store/pins").content.decode()
