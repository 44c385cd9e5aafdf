"""A moderator tries exactly what a case is about: nobody else may, nothing is counted, and writes are confirmed."""

import re
import threading
import time

import pytest

from assistants.actions.models import Confirmation
from assistants.building.actions.publish import publish
from assistants.turns.models import Turn
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import AuditEntry
from organisations.queries import platform_organisation
from store.actions.appeal_decision import appeal_decision
from store.actions.count_turns import count_turns
from store.actions.create_listing import create_listing
from store.actions.decide_case import decide_case
from store.actions.submit_listing import submit_listing
from store.actions.suspend_listing import begin_case
from store.fields import ListingFields
from store.models import Use
from store.moderation.outcomes import Verdict
from store.reviews.queries import standing_of
from tests.actions.test_calling import tasks  # noqa: F401 - a fixture
from tests.factories.building import make_assistant
from tests.factories.organisations import make_actor
from tests.fixtures.people import api_key_for, client_for
from tests.store.test_disclosing_statements import calling_outside
from tests.store.test_moderation_journey import fresh, moderator, open_cases

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "ChatGPT Official Support"


@pytest.fixture
def mo():
    return moderator("mo")


def submitted(actor, url=""):
    """A listing that waits for moderators; with an address, one that lists and adds tasks there."""
    assistant = make_assistant(actor, NAME, model={"id": "fake/chat"})
    if url:
        calling_outside(actor, assistant, url)
    publish(actor=actor, assistant_id=assistant.public_id)
    fields = ListingFields(
        visibility="public", tagline="Says what it knows", privacy_policy_url="https://pine.example/privacy"
    )
    made = create_listing(actor=actor, assistant_id=assistant.public_id, fields=fields)
    return submit_listing(actor=actor, listing_id=made.public_id)


def bearer(actor):
    return {"Authorization": f"Bearer {api_key_for(actor)}"}


def ask(live_app, actor, case, text="Are you there?"):
    with live_app.client() as browser:
        path = f"/api/v1/moderation/cases/{case.public_id}/test"
        return browser.post(path, json={"text": text}, headers=bearer(actor))


def said(response):
    assert response.status_code == 200, response.text
    return "".join(re.findall(r'event: text.delta\ndata: \{"text":"([^"]*)"', response.text))


def test_a_moderator_asks_what_waits_and_it_counts_nowhere(alice, mo, live_app, model_server):
    listing = submitted(alice)
    (case,) = open_cases("submission")
    model_server.answer("My name is Ada.")
    model_server.answer("As I said.")
    who = make_actor(mo.user)
    assert "Ada" in said(ask(live_app, who, case))
    said(ask(live_app, who, case, "Again?"))
    assert "My name is Ada." in model_server.chats[-1].prompt
    browser = client_for(who)
    page = browser.get(f"/moderation/{case.public_id}/test").content.decode()
    assert "test of version 1" in page and "My name is Ada." in page
    assert "As I said." in browser.get(f"/moderation/{case.public_id}/test/thread").content.decode()
    platform = platform_organisation()
    with tenant_scope(platform):
        turns = list(Turn.objects.for_organisation(platform))
    assert {(turn.surface, turn.question, turn.publication_id) for turn in turns} == {("review", "", "")}
    count_turns()
    with across_organisations(reason="test"):
        assert not Use.unscoped.exists()
    assert fresh(alice, listing).conversations == 0
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("approve"))
    with tenant_scope(who.organisation):
        assert not standing_of(who, fresh(alice, listing)).may
    with tenant_scope(alice.organisation):
        rows = AuditEntry.objects.for_organisation(alice.organisation).filter(action="case.tested")
        assert [row.staff_label for row in rows] == ["mo@staff.example"] * 2


def test_it_works_for_what_was_taken_down_and_appealed(alice, mo, live_app, model_server):
    listing = submitted(alice)
    who = make_actor(mo.user)
    (case,) = open_cases("submission")
    decide_case(staff=mo, case_id=case.public_id, verdict=Verdict("request_changes", ["misleading"]))
    model_server.answer("Changes.")
    assert said(ask(live_app, who, case)) == "Changes."
    appeal_decision(actor=alice, listing_id=listing.public_id, text="The name is really ours.")
    (appeal,) = open_cases("appeal")
    model_server.answer("Appealed.")
    assert said(ask(live_app, who, appeal)) == "Appealed."
    decide_case(staff=mo, case_id=appeal.public_id, verdict=Verdict("restore"))
    later = take_down(listing, mo)
    assert fresh(alice, listing).state == "suspended"
    model_server.answer("Suspended.")
    assert said(ask(live_app, who, later)) == "Suspended."


def take_down(listing, staff):
    case = begin_case(staff=staff, reference=listing.public_id)
    return decide_case(staff=staff, case_id=case.public_id, verdict=Verdict("suspend", ["spam"]))


def test_to_everybody_else_it_is_not_there(alice, charlie, mo, live_app, model_server):
    submitted(alice)
    (case,) = open_cases("submission")
    for actor in (alice, charlie):
        assert ask(live_app, actor, case).status_code == 404
        assert client_for(actor).get(f"/moderation/{case.public_id}/test").status_code == 404
    who = make_actor(mo.user)
    assert ask(live_app, who, type(case)(public_id="case_none")).status_code == 404
    assert ask(live_app, who, case, "").status_code == 400


def test_a_write_waits_for_the_moderators_word_each_time(alice, mo, live_app, model_server, tasks):  # noqa: F811
    submitted(alice, tasks.url)
    (case,) = open_cases("submission")
    who = make_actor(mo.user)
    model_server.answer(tool_calls=[("addTask", {"title": "Mine"})])
    model_server.answer("It is added.")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(ask(live_app, who, case, "Add Mine")))
    asking.start()
    asked = waiting()
    assert tasks.asked == [] and not asked.document["remember_allowed"]
    path = f"/api/v1/moderation/cases/{case.public_id}/turns/{asked.turn.public_id}/confirmations/{asked.public_id}"
    with live_app.client() as browser:
        assert browser.post(path, json={"decision": "allow"}, headers=bearer(alice)).status_code == 404
        wrong = browser.post(path, json={"decision": "allow", "remember": True}, headers=bearer(who))
        assert wrong.status_code == 400
        decided = browser.post(path, json={"decision": "allow"}, headers=bearer(who))
        assert decided.status_code == 200, decided.text
    asking.join(timeout=20)
    assert "It is added." in answers[0].text
    assert [verb for verb, _path, _body in tasks.asked] == ["POST"]
    for _ in range(50):
        page = client_for(who).get(f"/moderation/{case.public_id}/test/thread").content.decode()
        if "It is added." in page:
            break
        time.sleep(0.05)
    assert "It is added." in page


def waiting():
    platform = platform_organisation()
    for _ in range(200):
        with tenant_scope(platform):
            found = Confirmation.objects.for_organisation(platform).select_related("turn").first()
            if found is not None and found.turn.state == "waiting":
                return found
        time.sleep(0.05)
    raise AssertionError("nothing was asked")
