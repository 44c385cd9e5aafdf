"""What readers of a listing are told about its versions, and what they are not."""

import pytest
from django.test import Client

from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.set_rollout import set_rollout
from assistants.building.actions.update_draft import update_draft
from organisations.actors import Actor
from store.models import Listing
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


def publish_next(actor: Actor, listing: Listing, role: str, **words: str) -> None:
    assistant = listing.publication.assistant.public_id
    update_draft(actor=actor, assistant_id=assistant, patch={"instructions": {"role": role}})
    publish_version(actor=actor, assistant_id=assistant, **words)


@pytest.fixture
def listing(alice: Actor) -> Listing:
    """A listing whose second version has words for readers, and whose third has none."""
    made = make_listing(alice, "Reply Desk")
    publish_next(alice, made, "Second", note="We cut the budget", changes="Knows parcels")
    publish_next(alice, made, "Third", note="Fix of the tariff")
    return made


def test_strangers_read_the_words_for_readers_over_rest(listing: Listing) -> None:
    answer = Client().get(f"/api/v1/store/listings/{listing.publication.slug}")
    assert [(row["version"], row["text"]) for row in answer.json()["changes"]] == [(2, "Knows parcels")]
    assert "budget" not in answer.content.decode()


def test_the_page_shows_them_and_never_the_private_note(listing: Listing, run_jobs: object) -> None:
    run_jobs()  # type: ignore[operator]
    page = Client().get(f"/a/{listing.publication.slug}").content.decode()
    assert "Knows parcels" in page
    assert "budget" not in page
    assert "tariff" not in page


def test_a_version_that_only_some_get_is_not_told_of_yet(alice: Actor, listing: Listing) -> None:
    assistant = listing.publication.assistant.public_id
    update_draft(actor=alice, assistant_id=assistant, patch={"instructions": {"role": "Fourth"}})
    set_rollout(actor=alice, assistant_id=assistant, version=None, share=10)
    answer = Client().get(f"/api/v1/store/listings/{listing.publication.slug}")
    assert [row["version"] for row in answer.json()["changes"]] == [2]
