"""Actions by hand: a document is pasted, switched on, signed, tried, kept as an example, edited and removed."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look, sign_up, watch
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
KEY = "canary-key-1234567"
SHELF = {
    "type": "object",
    "required": ["label"],
    "properties": {
        "label": {"type": "string", "description": "As it stands on the door"},
        "kind": {"type": "string", "enum": ["open", "closed"]},
        "shelves": {"type": "array", "items": {"type": "integer"}},
        "owner": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}


def document(server: str) -> str:
    """A service of two calls; the scripted server answers both with its list of models."""
    answers = {"200": {"description": "ok"}}
    paths = {
        "/models": {
            "get": {
                "operationId": "listCupboards",
                "summary": "List cupboards",
                "parameters": [{"name": "limit", "in": "header", "schema": {"type": "integer"}}],
                "responses": answers,
            },
            "post": {
                "operationId": "addCupboard",
                "summary": "Add a cupboard",
                "requestBody": {"required": True, "content": {"application/json": {"schema": SHELF}}},
                "responses": answers,
            },
        }
    }
    info = {"title": "Cupboards", "version": "1"}
    return json.dumps(
        {"openapi": "3.1.0", "info": info, "servers": [{"url": server}], "paths": paths}, indent=2
    )


def test_an_action_is_made_and_tried(site: Site, new_context: NewContext, model_server: ModelServer) -> None:
    page = new_context(viewport={"width": 1440, "height": 1000}).new_page()
    problems = watch(page)
    sign_up(page, name="Noor", email="noor@example.org")
    page.goto("/build/")
    page.get_by_text("New assistant").first.click()
    page.get_by_role("button", name="Start empty").click()
    page.wait_for_url("**/configure")
    page.get_by_role("link", name="Actions").click()
    expect(page.get_by_role("heading", name="It only talks so far")).to_be_visible()
    look(page)

    add(page, document(f"http://127.0.0.1:{model_server.port}/v1"))
    switch(page)
    sign(page)
    read(page)
    write(page)
    edit(page)
    remove(page)
    # A document was refused on purpose, which the browser tells.
    assert [problem for problem in problems if " 400 " not in problem] == []


def add(page: Page, text: str) -> None:
    page.locator("[data-new]").click()
    page.get_by_role("link", name="Add: Paste or upload a document").click()
    field = page.get_by_label("OpenAPI document")
    field.fill(text.replace('"info"', '"info'))
    expect(page.locator("[data-problems]").get_by_role("button")).to_have_text("Line 3")
    page.get_by_role("button", name="Add the action").click()
    expect(page.get_by_role("alert")).to_contain_text("line 3")
    expect(field).to_be_focused()
    look(page)
    field.fill(text)
    expect(page.get_by_text("The document can be read.")).to_be_visible()
    page.get_by_role("button", name="Add the action").click()
    expect(page.get_by_role("heading", name="Cupboards")).to_be_visible()


def part(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Parts of the action").get_by_role("link", name=name).click()


def switch(page: Page) -> None:
    page.get_by_label("List cupboards is on").check()
    expect(page.get_by_text("1 of 2 on in the draft")).to_be_visible()
    page.get_by_role("button", name="Switch all on").click()
    expect(page.get_by_text("2 of 2 on in the draft")).to_be_visible()
    page.get_by_label("Search operations").press_sequentially("add", delay=60)
    expect(page.locator("tbody tr")).to_have_count(1)
    look(page)


def sign(page: Page) -> None:
    part(page, "Authentication")
    page.get_by_role("radio", name="API key").check()
    page.get_by_role("radio", name="The organisation's").check()
    page.get_by_label("Where the key stands").select_option("header")
    page.get_by_label("Name of the header or parameter").fill("X-Cupboard-Key")
    page.get_by_label("Key", exact=True).fill(KEY)
    look(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Connected.")).to_be_visible()
    assert KEY not in page.content()


def read(page: Page) -> None:
    part(page, "Test")
    page.get_by_label("limit").fill("many")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_text("This is not a number.")).to_be_visible()
    page.get_by_label("limit").fill("3")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("region", name="Body of the response")).to_contain_text('"object": "list"')
    expect(page.get_by_role("region", name="The same as a command")).to_contain_text("$TOKEN")
    assert KEY not in page.content()
    look(page)
    page.get_by_label("Keep it as an example").fill("Three of them")
    page.get_by_role("button", name="Save as an example").click()
    expect(page.get_by_role("link", name="Three of them")).to_be_visible()


def write(page: Page) -> None:
    form = page.locator("[data-run-form]")
    page.locator("[data-operation]").select_option("addCupboard")
    form.get_by_label("label").wait_for()
    form.get_by_role("button", name="Run").click()
    expect(form.get_by_text("This is needed.")).to_be_visible()
    form.get_by_label("label").fill("Hall")
    expect(form.get_by_text("This is needed.")).to_be_hidden()
    form.get_by_label("kind").select_option("open")
    form.get_by_role("button", name="Another one").click()
    form.get_by_label("Item 1").fill("4")
    form.get_by_role("button", name="owner").click()
    form.get_by_role("group", name="owner").get_by_label("name").fill("Noor")
    form.get_by_role("button", name="JSON").click()
    typed = json.loads(form.get_by_label("Arguments as JSON").input_value())
    assert typed == {"label": "Hall", "kind": "open", "shelves": [4], "owner": {"name": "Noor"}}
    form.get_by_role("button", name="Form").click()
    form.get_by_role("button", name="Run").click()
    expect(page.get_by_role("region", name="What is sent")).to_contain_text('"label": "Hall"')
    look(page)
    page.get_by_role("button", name="Call it", exact=True).click()
    expect(page.get_by_role("region", name="Body of the request")).to_contain_text("Hall")
    page.get_by_role("link", name="Three of them").click()
    expect(page.get_by_label("limit")).to_have_value("3")


def edit(page: Page) -> None:
    part(page, "Document")
    field = page.get_by_label("OpenAPI document")
    field.fill(field.input_value().replace("addCupboard", "buildCupboard"))
    page.keyboard.press("Control+s")
    expect(page.get_by_text("One operation goes, and is switched off")).to_be_visible()
    look(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Cupboards is saved.")).to_be_visible()
    field = page.get_by_label("OpenAPI document")
    text = field.input_value()
    field.fill(text[: text.index('"version"')])
    field.press("End")
    page.keyboard.type('"des')
    expect(page.get_by_role("option")).to_contain_text("description")
    page.keyboard.press("Enter")
    assert field.input_value().endswith('"description": ')


def remove(page: Page) -> None:
    part(page, "Settings")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("stop calling it at once")
    look(page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", name="It only talks so far")).to_be_visible()
