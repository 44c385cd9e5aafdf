"""The builder's panel of a listing, and the page that comes of it."""

import pytest

from assistants.turns.models import Turn
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from store.actions.update_listing import update_listing
from store.fields import ListingFields
from store.queries import access_listing
from tests.factories.store import make_listing
from tests.fixtures.people import api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
SAMPLE = [{"role": "user", "text": "What is <b>rye</b>?"}, {"role": "assistant", "text": "A grain."}]


def panel_of(listing):
    return f"/store/panel/{listing.publication.assistant.public_id}"


def stored(actor, listing):
    with tenant_scope(actor.organisation):
        return access_listing(actor, listing.public_id)


def asked(actor, listing, question="May I?", answer="You may [1]. Really[2].", **more):
    with tenant_scope(actor.organisation):
        return Turn.objects.create(
            organisation=actor.organisation,
            user=actor.user,
            surface="preview",
            assistant_id=listing.publication.assistant.public_id,
            assistant_name="Reply Desk",
            creator_organisation_id=actor.organisation.pk,
            model_id="builtin/quote",
            state="complete",
            question=question,
            answer=answer,
            **more,
        )


def test_everything_that_the_panel_asks_for_is_kept_and_shown(alice, charlie, client):
    listing = make_listing(alice, "Reply Desk")
    fields = {
        "visibility": "public",
        "category": "home",
        "tagline": "Bakes",
        "description": "Bread.\n\nAnd cake.",
        "languages": ["de", "zh-hans"],
        "starters": ["What do you know?"],
        "trial": "on",
        "statements": "Chats are yours.",
        "privacy_policy_url": "https://bakery.example/privacy",
        "sample_question": ["What is rye?", ""],
        "sample_answer": ["A grain.", ""],
        "wish": "save",
    }
    page = client_for(alice).post(f"{panel_of(listing)}/save", fields).content.decode()
    assert "Saved." in page
    kept = stored(alice, listing)
    assert (kept.languages, kept.trial, kept.starters) == (
        ["de", "zh-hans"],
        True,
        ["What do you know?"],
    )
    assert [one["text"] for one in kept.sample] == ["What is rye?", "A grain."]
    shown = client.get("/a/reply-desk").content.decode()
    for part in (
        "Deutsch",
        "中文",
        "A grain.",
        "A conversation with it",
        "https://bakery.example/privacy",
        "Try it",
    ):
        assert part in shown


def test_wrong_input_keeps_what_was_typed(alice):
    listing = make_listing(alice, "Reply Desk")
    fields = {
        "visibility": "public",
        "category": "home",
        "privacy_policy_url": "javascript:alert(1)",
        "sample_question": ["Only a question"],
        "sample_answer": [""],
        "wish": "save",
    }
    page = client_for(alice).post(f"{panel_of(listing)}/save", fields).content.decode()
    assert "Only a question" in page and "javascript:alert(1)" in page
    assert "goes question, answer" in page
    assert stored(alice, listing).privacy_policy_url == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"sample": [{"role": "user", "text": "Alone"}]},
        {"sample": [{"role": "system", "text": "x"}, {"role": "assistant", "text": "y"}]},
        {"sample": [{**SAMPLE[0], "html": "x"}, SAMPLE[1]]},
        {"sample": SAMPLE * 7},
        {"sample": "text"},
        {"sample": [{"role": "user", "text": "x" * 4001}, SAMPLE[1]]},
        {"languages": ["<b>"]},
        {"starters": ["x" * 501]},
        {"privacy_policy_url": "data:text/html,x"},
        {"privacy_policy_url": "ftp://bakery.example"},
        {"tagline": "\x00"},
    ],
)
def test_what_is_refused(alice, fields):
    listing = make_listing(alice, "Reply Desk")
    with pytest.raises(InvalidInput):
        update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(**fields))


def test_words_are_checked_while_they_are_typed(alice):
    listing = make_listing(alice, "Reply Desk")
    browser = client_for(alice)
    page = browser.post(f"{panel_of(listing)}/words", {"statements": "No logs."}).content.decode()
    assert "You say “No logs”" in page
    page = browser.post(f"{panel_of(listing)}/words", {"statements": "Kind words."}).content.decode()
    assert "do not differ" in page
    page = browser.post(f"{panel_of(listing)}/words", {"statements": "GDPR certified"}).content.decode()
    assert "Moderators will look" in page


def test_a_sample_is_picked_from_what_the_creator_asked(alice, bob):
    listing = make_listing(alice, "Reply Desk")
    turn, foreign = asked(alice, listing), asked(alice, listing, question="Bob's own")
    with tenant_scope(alice.organisation):
        Turn.objects.for_organisation(alice.organisation).filter(pk=foreign.pk).update(user=bob.user)
    browser = client_for(alice)
    offered = browser.get(f"{panel_of(listing)}/sample").content.decode()
    assert "May I?" in offered and "Bob's own" not in offered and "Bob&#x27;s own" not in offered
    pair = browser.get(f"{panel_of(listing)}/sample/{turn.public_id}").content.decode()
    assert "You may. Really." in pair  # marks lead nowhere on that page
    assert browser.get(f"{panel_of(listing)}/sample/{foreign.public_id}").status_code == 404
    assert browser.get(f"{panel_of(listing)}/sample/new").status_code == 200


def test_the_preview_is_its_builders_alone(alice, charlie):
    listing = make_listing(alice, "Reply Desk", live=False)
    assert "A preview" in client_for(alice).get(f"{panel_of(listing)}/preview").content.decode()
    for path in ("preview", "sample", "sample/new"):
        assert client_for(charlie).get(f"{panel_of(listing)}/{path}").status_code == 404
    assert client_for(charlie).post(f"{panel_of(listing)}/words").status_code == 404


def test_the_api_takes_and_gives_the_same(alice, client):
    listing = make_listing(alice, "Reply Desk")
    key = {"Authorization": f"Bearer {api_key_for(alice)}"}
    url = f"/api/v1/listings/{listing.public_id}"
    body = {"sample": SAMPLE, "trial": True, "languages": ["de"], "starters": ["What do you know?"]}
    changed = client.patch(url, body, content_type="application/json", headers=key)
    assert changed.status_code == 200, changed.content
    assert {name: changed.json()[name] for name in body} == body
    public = client.get("/api/v1/store/listings/reply-desk").json()
    assert (public["sample"], public["trial"], public["languages"]) == (SAMPLE, True, ["de"])


def test_every_word_of_a_listing_is_text(alice, client):
    attack = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'
    listing = make_listing(alice, "Reply Desk", tagline=attack[:110], description=attack, statements=attack)
    sample = [{"role": "user", "text": attack}, {"role": "assistant", "text": f"[x](javascript:1) {attack}"}]
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(sample=sample, trial=True))
    pages = [client.get(path) for path in ("/a/reply-desk", "/a/reply-desk/disclosure", "/a/reply-desk/try")]
    pages.append(client_for(alice).get(panel_of(listing)))
    for page in pages:
        assert page.status_code == 200
        shown = page.content.decode()
        assert "<script>alert" not in shown and "<img src=x" not in shown and 'href="javascript' not in shown


def test_starters_that_the_version_no_longer_has_are_not_shown(alice, client):
    listing = make_listing(alice, "Reply Desk")
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(starters=["Gone?"]))
    page = client.get("/a/reply-desk").content.decode()
    assert "What do you know?" in page and "Gone?" not in page
