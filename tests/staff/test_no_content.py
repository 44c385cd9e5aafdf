"""What customers wrote appears on no page of the staff."""

import pytest
from django.db.models import Model as DjangoModel

from accounts.staff import Staff
from assistants.chat.models import Conversation
from assistants.knowledge.models import Document
from assistants.turns.models import Turn
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.staffing.site import site
from tests.factories.building import make_source
from tests.factories.store import make_listing
from tests.staff.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "ocelot-7731"
CUSTOMERS_OWN = {"chat", "turns", "knowledge"}


def test_no_table_of_content_is_shown() -> None:
    shown = {model._meta.label for model in site._registry}
    assert {label for label in shown if label.split(".")[0] in CUSTOMERS_OWN} == set()
    assert not shown & {"building.Assistant", "building.Draft", "building.Version", "billing.UsageRecord"}
    assert Conversation._meta.label not in shown
    assert Turn._meta.label not in shown
    assert Document._meta.label not in shown


def test_a_canary_is_nowhere(alice: Actor, olga: Staff, mo: Staff, fay: Staff) -> None:
    _plant(alice)
    pages = [f"/staff/{page.name}/" for page in site.pages] + ["/staff/"]
    for model in site._registry:
        table = f"/staff/{model._meta.app_label}/{model._meta.model_name}/"
        pages += [table, *(f"{table}{key}/change/" for key in _keys(model))]
    for staff in (olga, mo, fay):
        browser = browser_of(staff)
        found = [page for page in pages if CANARY.encode() in browser.get(page).content]
        assert found == []


def _keys(model: type[DjangoModel]) -> list[int]:
    with across_organisations(reason="test"):
        return list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:30])


def _plant(alice: Actor) -> None:
    from assistants.building.actions.update_draft import update_draft
    from assistants.building.models import Assistant
    from assistants.chat.actions.start_conversation import start_conversation

    listing = make_listing(alice, "Wood Library", description=f"Says {CANARY}")
    with tenant_scope(alice.organisation):
        assistant = Assistant.objects.for_organisation(alice.organisation).get()
    make_source(alice, assistant, f"{CANARY}.txt")
    conversation = start_conversation(actor=alice, reference=assistant.public_id)
    with tenant_scope(alice.organisation):
        Conversation.objects.for_organisation(alice.organisation).filter(pk=conversation.pk).update(
            title=f"About {CANARY}"
        )
        publish_event(alice.organisation, "something.said", {"text": CANARY})
    update_draft(
        actor=alice,
        assistant_id=assistant.public_id,
        patch={"instructions": {"text": CANARY}},
    )
    assert listing
