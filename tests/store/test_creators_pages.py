"""Creators' pages: handles, links, who sees them, and those who follow."""

import pytest
from django.test import Client

from events.models import Notification
from kernel.errors import InvalidInput, PermissionDenied
from kernel.tenancy import tenant_scope
from store.actions.follow_creator import follow_creator
from store.actions.save_creator_page import CreatorFields, save_creator_page
from store.actions.submit_listing import submit_listing
from store.creators.handles import checked_handle, skeleton
from store.creators.queries import page_of
from store.models import CreatorPage, Follow
from tests.factories.organisations import make_actor, make_user
from tests.factories.store import make_listing
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


def make_page(actor, handle="harbour-pine", **fields):
    return save_creator_page(actor=actor, fields=CreatorFields(handle=handle, is_public=True, **fields))


def notices(actor, kind):
    with tenant_scope(actor.organisation):
        rows = Notification.objects.for_organisation(actor.organisation).filter(user=actor.user, kind=kind)
        return [row.title_words for row in rows.order_by("pk")]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ab", "length"),
        ("x" * 41, "length"),
        ("with space", "characters"),
        ("two--hyphens", "characters"),
        ("-edge", "characters"),
        ("аlice", "characters"),  # the first letter is Cyrillic
        ("城南书坊", "characters"),
        ("admin", "reserved"),
        ("b0ttega", "reserved"),
        ("bot-tega", "reserved"),
        ("adrnin", "reserved"),
    ],
)
def test_handles_that_are_refused(typed, code):
    with pytest.raises(InvalidInput) as refusal:
        checked_handle(typed)
    assert refusal.value.errors[0].code == code


def test_a_handle_has_one_spelling():
    assert checked_handle(" @Harbour-Pine ") == "harbour-pine"


def test_what_looks_alike_has_one_skeleton():
    assert skeleton("foxglove") == skeleton("f0xg1ove") == skeleton("fox-gl0ve") != skeleton("foxgroove")


def test_nobody_gets_a_handle_that_looks_like_anothers(alice, charlie):
    make_page(alice, "foxglove")
    for handle in ("foxglove", "f0xglove", "fox-glove"):
        with pytest.raises(InvalidInput) as refusal:
            make_page(charlie, handle)
        assert refusal.value.errors[0].code == "taken"


def test_an_old_handle_leads_to_the_page_and_is_nobody_elses(alice, charlie):
    make_page(alice, "harbour-pine")
    make_page(alice, "harbour-and-pine")
    assert Client().get("/creators/harbour-pine").headers["Location"] == "/creators/harbour-and-pine"
    with pytest.raises(InvalidInput):
        make_page(charlie, "harbour-pine")
    make_page(alice, "harbour-pine")
    assert Client().get("/creators/harbour-pine").status_code == 200
    assert Client().get("/creators/harbour-and-pine").headers["Location"] == "/creators/harbour-pine"


def test_a_page_that_is_not_public_is_a_preview_for_its_own(alice, charlie):
    save_creator_page(actor=alice, fields=CreatorFields(handle="harbour-pine"))
    assert client_for(alice).get("/creators/harbour-pine").status_code == 200
    for client in (Client(), client_for(charlie)):
        assert client.get("/creators/harbour-pine").status_code == 404
    assert page_of(alice.organisation.pk) is None


def test_the_page_shows_what_is_public_and_nothing_else(alice):
    make_page(alice, about="Tools <b>for</b> <script>alert(1)</script> readers")
    make_listing(alice, "Open to all")
    make_listing(alice, "For colleagues", visibility="organisation")
    shown = Client().get("/creators/harbour-pine").content.decode()
    assert "Open to all" in shown and "For colleagues" not in shown
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown


def test_links_are_plain_https_and_lend_nothing(alice):
    make_page(alice, links=[{"label": "Home", "url": "https://example.org/"}])
    shown = Client().get("/creators/harbour-pine").content.decode()
    assert 'href="https://example.org/" rel="nofollow ugc noopener"' in shown
    for url in (
        "http://example.org",
        "javascript:alert(1)",
        "https://a@example.org",
        "https://10.0.0.1/",
        "x",
    ):
        with pytest.raises(InvalidInput):
            make_page(alice, links=[{"label": "", "url": url}])


def test_only_those_who_look_after_the_organisation_change_it(alice, bob):
    with pytest.raises(PermissionDenied):
        make_page(bob)
    assert client_for(bob).get("/organisation/creator/").status_code == 403
    assert client_for(alice).get("/organisation/creator/").status_code == 200


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(alice):
    typed = {"name": "Harbour", "handle": "admin", "about": "Kept words", "url1": "http://x.org"}
    answer = client_for(alice).post("/organisation/creator/save", typed)
    assert answer.status_code == 400
    assert b"Kept words" in answer.content and b"kept back" in answer.content
    typed |= {"handle": "harbour-pine", "url1": ""}
    assert client_for(alice).post("/organisation/creator/save", typed).status_code == 302


def test_a_team_that_lists_something_gets_a_page(alice, run_jobs):
    make_listing(alice)
    run_jobs()
    page = page_of(alice.organisation.pk)
    assert page.handle == "harbour-pine" and page.name == "Harbour & Pine"


def test_somebodys_own_workspace_gets_none_by_itself(run_jobs):
    actor = make_actor(make_user("solo@example.org", name="Solo"))
    make_listing(actor)
    run_jobs()
    assert page_of(actor.organisation.pk) is None


def test_following_counts_a_person_once_and_can_be_undone(alice, charlie):
    make_page(alice)
    assert follow_creator(actor=charlie, handle="harbour-pine").followers == 1
    assert follow_creator(actor=charlie, handle="harbour-pine").followers == 1
    assert b"Harbour" in client_for(charlie).get("/following/").content
    assert follow_creator(actor=charlie, handle="harbour-pine", follow=False).followers == 0


def test_followers_hear_of_a_new_assistant_once(alice, charlie, run_jobs):
    make_page(alice)
    follow_creator(actor=charlie, handle="harbour-pine")
    listing = make_listing(alice, "Reply Desk")
    run_jobs()
    submit_listing(actor=alice, listing_id=listing.public_id)
    run_jobs()
    assert notices(charlie, "creator_listed") == ["Harbour & Pine published Reply Desk"]


def test_followers_hear_nothing_of_what_is_not_for_them(alice, charlie, run_jobs):
    make_page(alice)
    follow_creator(actor=charlie, handle="harbour-pine")
    make_listing(alice, "For colleagues", visibility="organisation")
    run_jobs()
    assert notices(charlie, "creator_listed") == []


def test_whom_somebody_follows_stays_in_their_organisation(alice, charlie):
    make_page(alice)
    follow_creator(actor=charlie, handle="harbour-pine")
    with tenant_scope(alice.organisation):
        assert not Follow.objects.across_organisations(reason="test").exists()


def test_over_rest(alice, charlie):
    client = api_client_for(alice)
    assert client.get("/api/v1/creator").status_code == 404
    made = client.patch("/api/v1/creator", {"handle": "harbour-pine", "is_public": True, "about": "Tools"})
    assert made.status_code == 200, made.content
    make_listing(alice, "Reply Desk")
    shown = Client().get("/api/v1/creators/harbour-pine").json()
    assert shown["name"] == "Harbour & Pine" and not shown["verified"]
    assert [one["name"] for one in shown["assistants"]] == ["Reply Desk"]
    assert api_client_for(charlie).put("/api/v1/creators/harbour-pine/follow").json()["followers"] == 1
    assert Client().get("/api/v1/creators/nobody-here").status_code == 404


def test_a_milestone_is_announced_to_whoever_wants_it(alice, run_jobs):
    make_page(alice)
    with tenant_scope(alice.organisation):
        CreatorPage.objects.for_organisation(alice.organisation).update(followers=9)
    from store.actions.follow_creator import count_followers

    for number in range(10):
        actor = make_actor(make_user(f"fan{number}@example.org"))
        with tenant_scope(actor.organisation):
            page = page_of(alice.organisation.pk)
            Follow.objects.create(organisation=actor.organisation, user=actor.user, creator_id=page.public_id)
    assert count_followers(creator_id=page.public_id) == 10
    run_jobs()
    assert notices(alice, "creator_milestone") == ["10 people follow you now"]
