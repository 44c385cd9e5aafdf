"""From the gallery to an answer: an app is registered and added, and what a tool gave is sorted, opened large and taken along."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from playwright.sync_api import Page, expect

from assistants.actions.models import ActionFile
from assistants.building.actions.publish import publish
from assistants.building.models import Assistant
from assistants.chat.actions.post_message import post_message
from assistants.turns.actions.close_turn import Outcome, close_turn
from assistants.turns.driver import identity_of
from assistants.turns.results import ChartLine, Column, ResultChart, ResultTable
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.browser.looking import look, watch
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
EMAIL = "ines@example.org"
TOWNS = [
    ["Bremen", 12, "2026-05-02"],
    ["=1+1", 7, None],
    *[[f"Town {n}", n * 3, "2026-01-01"] for n in range(70)],
]


@pytest.fixture
def ines(site: Site, model_server: ModelServer) -> Actor:
    return site.person(EMAIL)


def picture(actor: Actor) -> dict[str, object]:
    data = BytesIO()
    Image.new("RGB", (640, 480), "#a33").save(data, "PNG")
    with tenant_scope(actor.organisation):
        row = ActionFile(
            organisation=actor.organisation, user=actor.user, turn_id="turn_x", action_name="Pictures", name="Plan.png",
            mime_type="image/png", size=len(data.getvalue()), storage_key="gallery/plan.png",
        )  # fmt: skip
        row.save()
    default_storage.save(row.storage_key, ContentFile(data.getvalue()))
    url = f"/files/{row.public_id}"
    return {"id": row.public_id, "name": row.name, "mime_type": row.mime_type, "size": row.size, "url": url}


def answered(actor: Actor, assistant: Assistant) -> str:
    """A conversation in which a tool gave a table, a chart and a picture."""
    columns = [Column("Town"), Column("Sold", "number"), Column("Day", "date")]
    lines = [ChartLine("2025", [3, 5, -2]), ChartLine("2026", [4, None, 6])]
    detail = {
        "table": ResultTable(columns, TOWNS, title="Sales by town").document(),
        "chart": ResultChart("line", "Profit", ["May", "June", "July"], lines).document(),
        "files": [picture(actor)],
    }
    call = {
        "id": "call_1", "name": "query_tables", "label": "Asked the tables", "arguments": "{}", "confirmed": False,
        "ok": True, "summary": "72 rows", "detail": detail, "untrusted": True, "milliseconds": 12,
    }  # fmt: skip
    conversation = make_conversation(actor, assistant)
    _question, opened = post_message(actor=actor, conversation_id=conversation.public_id, text="Which towns?")
    close_turn(
        identity=identity_of(opened), outcome=Outcome(state="complete", text="These.", tool_calls=[call])
    )
    return str(conversation.public_id)


def shoot(page: Page, name: str) -> None:
    """A picture for whoever asks for one by an environment variable."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_an_app_is_added_and_results_are_looked_at(
    ines: Actor, new_context: NewContext, model_server: ModelServer
) -> None:
    assistant = make_assistant(ines, "Plain Words", model={"id": "fake/chat"})
    publish(actor=ines, assistant_id=assistant.public_id, visibility="organisation")
    page = new_context(person=EMAIL, viewport={"width": 1280, "height": 900}).new_page()
    problems = watch(page)
    choose(page, assistant)
    look_at(page, answered(ines, assistant))
    assert problems == []


def choose(page: Page, assistant: Assistant) -> None:
    page.goto(f"/build/{assistant.public_id}/actions")
    page.get_by_role("link", name="Look through what there is").click()
    look(page)
    shoot(page, "gallery")
    page.get_by_label("Search tools and connectors").fill("channels")
    cards = page.locator("[data-card]")
    expect(cards).to_have_count(1)
    page.get_by_role("link", name="Register with Slack").click()
    look(page)
    shoot(page, "connector")
    page.get_by_label("Client ID").fill("123.456")
    page.get_by_label("Client secret").fill("s3cret-of-slack")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Whoever builds assistants can add Slack now")).to_be_visible()
    page.goto(f"/build/{assistant.public_id}/actions/new")
    page.get_by_role("button", name="Add Calculator").click()
    expect(page.get_by_role("button", name="Take Calculator away")).to_be_focused()
    page.get_by_role("button", name="Add Slack", exact=True).click()
    expect(page.get_by_text("Slack is here")).to_be_visible()
    page.goto(f"/build/{assistant.public_id}/actions/new?from=zapier")
    page.get_by_role("button", name="Add a field").click()
    expect(page.get_by_label("Name", exact=True)).to_have_count(4)
    look(page)
    shoot(page, "bridge")


def look_at(page: Page, conversation: str) -> None:
    page.goto(f"/chats/{conversation}")
    table = page.get_by_role("table").first
    expect(table.locator("tbody tr")).to_have_count(50)
    for width, scheme in ((360, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        look(page)
        shoot(page, f"results-{width}")
    heading = table.get_by_role("columnheader", name="Sold")
    heading.get_by_role("button").press("Enter")  # which fetches the others first
    expect(table.locator("tbody tr")).to_have_count(len(TOWNS))
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(table.locator("tbody tr").first).to_contain_text("Town 0")
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(table.locator("tbody tr").first).to_contain_text("Town 69")
    expect(page.get_by_text("Sorted by Sold, descending")).to_be_attached()
    table.get_by_role("columnheader", name="Day").get_by_role("button").click()
    expect(table.locator("tbody tr").last).to_contain_text("=1+1")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename == "Sales by town.csv"
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert (lines[0], lines[2], len(lines)) == ("Town,Sold,Day", "'=1+1,7,", len(TOWNS) + 1)
    opener = page.get_by_role("button", name="Plan.png, open it large")
    opener.click()
    dialog = page.get_by_role("dialog", name="Plan.png")
    expect(dialog.get_by_role("img", name="Plan.png")).to_have_js_property("naturalWidth", 640)
    look(page)
    shoot(page, "picture")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
