"""Submitting, deciding, reporting, appealing: what follows from what, and who may do it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from accounts.actions.grant_staff import grant_staff
from accounts.staff import NotYourTask, Staff
from assistants.building.actions.set_publication import set_publication
from assistants.building.plans import plan_for_publication
from assistants.building.standing import PublicationUnavailable
from kernel.errors import InvalidInput, NotFound
from kernel.outbox import deliver_events
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import AuditEntry
from organisations.queries import anonymous_actor
from store.actions.appeal_decision import AppealedAlready, NothingToAppeal, appeal_decision
from store.actions.decide_case import SecondPersonNeeded, SomebodyElseDecides, decide_case
from store.actions.lapse_removals import lapse_removals
from store.actions.recheck_listing import audit_due_listings, recheck_listing
from store.actions.report_listing import report_listing
from store.actions.request_takedown import TakedownFields, confirm_takedown, request_takedown
from store.actions.submit_listing import ListingSuspended, submit_listing
from store.actions.suspend_listing import begin_case
from store.actions.unpublish_listing import unpublish_listing
from store.actions.update_listing import update_listing
from store.fields import ListingFields
from store.models import Case, Listing, Report, Takedown
from store.moderation.gate import ListingRejected
from store.moderation.outcomes import OutcomeNotOffered, Verdict
from store.moderation.states import TRANSITIONS
from store.queries import access_listing, store_listings
from tests.events.helpers import told
from tests.factories.organisations import add_member, make_organisation
from tests.factories.store import make_listing, make_published
from tests.fixtures.people import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def moderator(name: str) -> Staff:
    make_user(f"{name}@staff.example", name=name.title())
    return Staff(grant_staff(email=f"{name}@staff.example", role="moderator"))


@pytest.fixture
def mo() -> Staff:
    return moderator("mo")


@pytest.fixture
def nia() -> Staff:
    return moderator("nia")


def fresh(actor, listing) -> Listing:
    with tenant_scope(actor.organisation):
        return access_listing(actor, listing.public_id)


def open_cases(kind: str = "") -> list[Case]:
    with across_organisations(reason="test"):
        rows = Case.unscoped.filter(state__in=("open", "second"))
        return list(rows.filter(kind=kind) if kind else rows)


def answers(actor, slug: str) -> bool:
    with tenant_scope(actor.organisation):
        try:
            return bool(plan_for_publication(actor, slug))
        except (NotFound, PublicationUnavailable):
            return False


def in_store(actor) -> list[str]:
    with tenant_scope(actor.organisation):
        return [row.name for row in store_listings()]


def test_every_state_has_its_ways():
    assert set(TRANSITIONS) == set(Listing.State.values)


def test_what_the_checks_let_pass_is_live_at_once(alice, charlie):
    listing = make_listing(alice, "Wood Library")
    assert listing.state == "live" and listing.approved["version"]["number"] == 1
    assert listing.audit_due_at is not None and open_cases() == []


def test_what_is_serious_waits_for_a_moderator_and_answers_nobody(alice, charlie, mo):
    listing = make_listing(alice, "ChatGPT Official Support")
    assert listing.state == "submitted"
    assert not answers(charlie, listing.publication.slug) and in_store(charlie) == []
    (case,) = open_cases("submission")
    assert case.evidence["findings"][0]["code"] == "brand_official"
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("approve"))
    assert fresh(alice, listing).state == "live"
    assert answers(charlie, listing.publication.slug)
    assert in_store(charlie) == ["ChatGPT Official Support"]


def test_what_a_moderator_let_pass_is_nothing_new_afterwards(alice, mo, run_jobs):
    listing = make_listing(alice, "ChatGPT Official Support")
    decide_case(staff=mo, case_id=open_cases()[0].public_id, verdict=Verdict("approve"))
    run_jobs()
    assert open_cases() == [] and fresh(alice, listing).scan["version"]


def test_the_builder_is_no_way_around_the_checks(alice, charlie, run_jobs):
    assistant = make_published(alice, "PayPal Support")
    publication = set_publication(actor=alice, assistant_id=assistant.public_id, visibility="public")
    assert publication.visibility == "private"
    run_jobs()
    assert not answers(charlie, publication.slug) and len(open_cases("submission")) == 1


def test_for_the_organisation_nobody_looks(alice, bob):
    listing = make_listing(alice, "ChatGPT Official Support", visibility="organisation")
    assert listing.state == "live" and open_cases() == []


@override_settings(STORE_REVIEW="human")
def test_people_look_first_where_the_operator_wants_it(alice, charlie, mo):
    listing = make_listing(alice, "Wood Library")
    assert listing.state == "submitted" and not answers(charlie, listing.publication.slug)
    (case,) = open_cases("submission")
    verdict = Verdict("request_changes", ["misleading"], "Say which woods it knows.")
    decide_case(staff=mo, case_id=case.public_id, verdict=verdict)
    assert fresh(alice, listing).state == "changes_requested"
    deliver_events()
    notice = next(row for row in told(alice) if row.kind == "listing_changes")
    assert notice.body_words == (
        "The reason: Promises what it does not do. The moderators write: Say which woods it knows."
    )
    update_listing(
        actor=alice, listing_id=listing.public_id, fields=ListingFields(tagline="Knows forty woods")
    )
    submit_listing(actor=alice, listing_id=listing.public_id)
    (again,) = open_cases("submission")
    assert again.public_id != case.public_id
    decide_case(staff=mo, case_id=again.public_id, verdict=Verdict("approve"))
    assert in_store(charlie) == ["Wood Library"]
    unpublish_listing(actor=alice, listing_id=listing.public_id)
    submit_listing(actor=alice, listing_id=listing.public_id)  # exactly this was approved
    assert fresh(alice, listing).state == "live"


@override_settings(STORE_REVIEW="human")
def test_a_rejected_version_cannot_be_sent_in_again(alice, mo):
    listing = make_listing(alice, "Wood Library")
    decide_case(staff=mo, case_id=open_cases()[0].public_id, verdict=Verdict("reject", ["thin"]))
    assert fresh(alice, listing).state == "rejected"
    with pytest.raises(ListingRejected):
        submit_listing(actor=alice, listing_id=listing.public_id)


@override_settings(STORE_REVIEW="human")
def test_taking_it_back_ends_the_case(alice):
    listing = make_listing(alice, "Wood Library")
    unpublish_listing(actor=alice, listing_id=listing.public_id)
    assert open_cases() == [] and fresh(alice, listing).state == "unpublished"


def test_a_removal_needs_two_people(alice, charlie, mo, nia):
    listing = make_listing(alice, "Wood Library")
    case = begin_case(staff=mo, reference=listing.public_id)
    verdict = Verdict("suspend", ["harmful"], "It tells people to burn treated wood.")
    decide_case(staff=mo, case_id=case.public_id, verdict=verdict)
    assert fresh(alice, listing).state == "live" and open_cases()[0].state == "second"
    with pytest.raises(SecondPersonNeeded):
        decide_case(staff=mo, case_id=case.public_id, verdict=verdict)
    decide_case(staff=nia, case_id=case.public_id, verdict=verdict)
    assert fresh(alice, listing).state == "suspended"
    assert not answers(alice, listing.publication.slug) and in_store(charlie) == []
    with pytest.raises(ListingSuspended):
        submit_listing(actor=alice, listing_id=listing.public_id)


def test_an_urgent_removal_works_at_once_and_lapses(alice, charlie, mo, nia):
    listing = make_listing(alice, "Wood Library")
    case = begin_case(staff=mo, reference=listing.public_id)
    verdict = Verdict("suspend", ["harmful"], urgent=True)
    decide_case(staff=mo, case_id=case.public_id, verdict=verdict)
    assert not answers(charlie, listing.publication.slug)
    assert lapse_removals(now=timezone.now() + timedelta(hours=23)) == 0
    assert lapse_removals(now=timezone.now() + timedelta(hours=25)) == 1
    assert fresh(alice, listing).state == "live" and answers(charlie, listing.publication.slug)
    assert open_cases()[0].state == "open"


def test_a_second_moderator_may_disagree(alice, charlie, mo, nia):
    listing = make_listing(alice, "Wood Library")
    case = begin_case(staff=mo, reference=listing.public_id)
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("suspend", ["spam"], urgent=True))
    decide_case(staff=nia, case_id=case.public_id, verdict=Verdict("dismiss"))
    assert answers(charlie, listing.publication.slug) and open_cases() == []


def test_somebody_else_decides_an_appeal_once(alice, charlie, mo, nia):
    listing = make_listing(alice, "Wood Library")
    case = begin_case(staff=mo, reference=listing.public_id)
    with pytest.raises(NothingToAppeal):
        appeal_decision(actor=alice, listing_id=listing.public_id, text="It is right as it is.")
    verdict = Verdict("suspend", ["harmful"], urgent=True)
    decide_case(staff=mo, case_id=case.public_id, verdict=verdict)
    decide_case(staff=nia, case_id=case.public_id, verdict=verdict)
    appeal_decision(actor=alice, listing_id=listing.public_id, text="It warns of treated wood.")
    assert fresh(alice, listing).state == "appealed"
    (appeal,) = open_cases("appeal")
    with pytest.raises(SomebodyElseDecides):
        decide_case(staff=nia, case_id=appeal.public_id, verdict=Verdict("restore"))
    third = moderator("ola")
    decide_case(staff=third, case_id=appeal.public_id, verdict=Verdict("reject", ["harmful"]))
    assert fresh(alice, listing).state == "suspended"
    with pytest.raises((AppealedAlready, NothingToAppeal)):
        appeal_decision(actor=alice, listing_id=listing.public_id, text="But it really does warn.")


def test_where_one_person_moderates_one_word_is_enough(alice, charlie, mo):
    listing = make_listing(alice, "Wood Library")
    case = begin_case(staff=mo, reference=listing.publication.slug)
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("suspend", ["spam"]))
    assert fresh(alice, listing).state == "suspended"
    appeal_decision(actor=alice, listing_id=listing.public_id, text="There is no advertising in it.")
    (appeal,) = open_cases("appeal")
    decide_case(staff=mo, case_id=appeal.public_id, verdict=Verdict("restore"))
    assert fresh(alice, listing).state == "live" and answers(charlie, listing.publication.slug)
    deliver_events()
    assert {"listing_suspended", "listing_restored"} <= {row.kind for row in told(alice)}


def test_every_decision_is_audited_in_the_creators_log(alice, mo):
    listing = make_listing(alice, "Wood Library")
    case = begin_case(staff=mo, reference=listing.public_id)
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("suspend", ["spam"]))
    with tenant_scope(alice.organisation):
        row = AuditEntry.objects.for_organisation(alice.organisation).get(action="listing.suspended")
    assert row.staff_label == "mo@staff.example"


def test_who_may_decide_and_how(alice, mo):
    listing = make_listing(alice, "Wood Library")
    case = begin_case(staff=mo, reference=listing.public_id)
    make_user("fay@staff.example")
    fay = Staff(grant_staff(email="fay@staff.example", role="finance"))
    with pytest.raises(NotYourTask):
        decide_case(staff=fay, case_id=case.public_id, verdict=Verdict("dismiss"))
    with pytest.raises(InvalidInput):
        decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("suspend"))
    with pytest.raises(OutcomeNotOffered):
        decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("restore"))
    with pytest.raises(NotFound):
        decide_case(staff=mo, case_id="case_none", verdict=Verdict("dismiss"))


def reporter(number: int, organisation=None):
    user = make_user(f"reporter{number}@example.org")
    if organisation is None:
        return make_organisation(user, f"Team {number}")
    return add_member(organisation, user)


def test_reports_open_a_case_when_they_weigh_enough(alice, charlie, mo):
    listing = make_listing(alice, "Wood Library")
    slug = listing.publication.slug
    old = timezone.now() - timedelta(days=400)
    people = [reporter(number) for number in range(3)]
    for actor in people:
        type(actor.user).objects.filter(pk=actor.user.pk).update(created_at=old)
        actor.user.created_at = old
    report_listing(actor=people[0], slug=slug, reason="misleading", text="It knew nothing of oak")
    report_listing(actor=people[0], slug=slug, reason="misleading", text="It knew nothing of oak at all")
    assert open_cases() == [] and Report.unscoped.none().count() == 0
    for actor in people[1:]:
        report_listing(actor=actor, slug=slug, reason="misleading")
    (case,) = open_cases("report")
    with across_organisations(reason="test"):
        assert Report.unscoped.filter(case=case).count() == 3
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("request_changes", ["misleading"]))
    assert fresh(alice, listing).state == "live"
    for _round in range(4):
        deliver_events()
    assert "report_answered" in [row.kind for row in told(people[0])]
    assert "report_answered" not in [row.kind for row in told(alice)]


def test_a_brigade_of_new_accounts_counts_as_one(alice, charlie):
    listing = make_listing(alice, "Wood Library")
    for number in range(8):
        actor = reporter(number, charlie.organisation)
        report_listing(actor=actor, slug=listing.publication.slug, reason="impersonation")
    assert open_cases() == []


def test_what_could_hurt_children_is_looked_at_at_once(alice, charlie):
    listing = make_listing(alice, "Wood Library")
    report_listing(actor=charlie, slug=listing.publication.slug, reason="child_safety")
    assert open_cases("report")[0].urgency == 0


def takedown(listing, **changes) -> TakedownFields:
    values = {
        "listing": f"http://localhost/a/{listing.publication.slug}",
        "kind": "privacy",
        "name": "Rosa Lind",
        "email": "rosa@lind.example",
        "what": "The third starter names me and where I live.",
        "sworn": True,
    }
    return TakedownFields(**{**values, **changes})


def test_an_outsider_asks_confirms_and_follows(alice, mo, client, run_jobs):
    listing = make_listing(alice, "Wood Library")
    request_takedown(actor=anonymous_actor(ip="192.0.2.7"), fields=takedown(listing))
    assert open_cases() == []
    run_jobs()
    message = next(m for m in mail.outbox if m.to == ["rosa@lind.example"])
    path = next(line for line in message.body.splitlines() if "/takedown/" in line).partition("localhost")[2]
    path = "/" + path.partition("/")[2]
    assert "Confirm that you sent this" in client.get(path).content.decode()
    assert open_cases() == []  # a mail program that opens links confirms nothing
    assert client.post(path).status_code == 302
    (case,) = open_cases("takedown")
    assert case.urgency == 1 and case.due_at - timezone.now() < timedelta(hours=24)
    assert "Rosa Lind" not in client.get(path).content.decode()
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("suspend", ["personal_data"]))
    assert "It was taken down." in client.get(path).content.decode()
    run_jobs()
    assert [m.subject for m in mail.outbox if m.to == ["rosa@lind.example"]][-1] == (
        "Your request about Wood Library is decided"
    )
    assert client.get("/takedown/nothing").status_code == 404


def test_a_takedown_request_names_what_is_wrong(alice):
    listing = make_listing(alice, "Wood Library")
    wrong = takedown(listing, email="nobody", what="mine", sworn=False)
    with pytest.raises(InvalidInput) as refused:
        request_takedown(actor=anonymous_actor(), fields=wrong)
    assert [problem.field for problem in refused.value.errors] == ["email", "what", "sworn"]
    assert Takedown.unscoped.none().count() == 0


def test_confirming_twice_is_once(alice):
    listing = make_listing(alice, "Wood Library")
    with pytest.raises(NotFound):
        confirm_takedown(secret="nothing")
    assert fresh(alice, listing).state == "live"


def test_a_live_listing_that_turns_bad_becomes_a_case_and_an_old_one_is_looked_at_again(alice):
    listing = make_listing(alice, "Wood Library")
    words = ListingFields(description="Official help with your tax return. Card 4111 1111 1111 1111.")
    update_listing(actor=alice, listing_id=listing.public_id, fields=words)
    key = {"organisation_id": alice.organisation.pk, "listing_id": listing.public_id}
    case = recheck_listing(**key)
    assert case is not None and case.kind == "change"
    assert fresh(alice, listing).state == "live"
    with tenant_scope(alice.organisation):
        Listing.unscoped.filter(pk=listing.pk).update(audit_due_at=timezone.now() - timedelta(days=1))
    assert audit_due_listings() == 1
    assert audit_due_listings() == 0


def urgently_removed_and_appealed(alice, mo):
    listing = make_listing(alice, "Wood Library")
    case = begin_case(staff=mo, reference=listing.public_id)
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("suspend", ["harmful"], urgent=True))
    appeal_decision(actor=alice, listing_id=listing.public_id, text="It warns of treated wood.")
    return listing


def test_a_removal_that_lapses_ends_its_appeal(alice, mo, nia):
    listing = urgently_removed_and_appealed(alice, mo)
    assert lapse_removals(now=timezone.now() + timedelta(hours=25)) == 1
    assert open_cases("appeal") == [] and fresh(alice, listing).state == "live"


def test_an_appeal_that_is_granted_ends_the_removal_that_waited(alice, mo, nia):
    listing = urgently_removed_and_appealed(alice, mo)
    (appeal,) = open_cases("appeal")
    decide_case(staff=nia, case_id=appeal.public_id, verdict=Verdict("restore"))
    assert open_cases() == [] and fresh(alice, listing).state == "live"
    assert lapse_removals(now=timezone.now() + timedelta(hours=25)) == 0
