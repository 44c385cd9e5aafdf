"""Definitions of other products: what comes over, and that nothing is lost without a word."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from organisations.actors import Actor
from tests.fixtures.people import JsonClient, api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/assistants"
FIXTURES = Path(__file__).parent / "imports"
QUOTE = "bottega/quote"


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


def post(api: JsonClient, name: str, data: bytes, *, format: str = "auto") -> Any:
    path = f"{BASE}/import?format={format}"
    return api.post(path, {"file": SimpleUploadedFile(name, data)}, format="multipart")


def bring(api: JsonClient, fixture: str, **options: str) -> dict[str, Any]:
    answer = post(api, fixture, (FIXTURES / fixture).read_bytes(), **options)
    assert answer.status_code == 201, answer.json()
    return answer.json()  # type: ignore[no-any-return]


def draft(api: JsonClient, made: dict[str, Any]) -> dict[str, Any]:
    return api.get(f"{BASE}/{made['assistant']['id']}/draft").json()  # type: ignore[no-any-return]


def missing(made: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {entry["given"]: entry for entry in made["report"]["missing"]}


def mapped(made: dict[str, Any]) -> dict[str, str]:
    return {entry["given"]: entry["field"] for entry in made["report"]["mapped"]}


def zipped(**files: bytes | str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


# --- ChatGPT ---


def test_a_gpt_comes_over_with_its_words(api: JsonClient) -> None:
    made = bring(api, "gpt.json")
    document = draft(api, made)
    assert made["report"]["format"] == "gpt"
    assert document["profile"]["name"] == "Wine Friend"
    assert document["profile"]["description"] == "Finds a bottle for your dinner."
    assert document["profile"]["welcome_message"] == "What are you cooking?"
    assert document["profile"]["starters"] == ["A red for lamb", "Something cheap and dry"]
    assert document["instructions"]["text"].startswith("# Role\nYou help people choose wine.")
    assert mapped(made)["gizmo.instructions"] == "instructions.text"


def test_what_a_gpt_loses_is_kept_word_for_word(api: JsonClient) -> None:
    made = bring(api, "gpt.json")
    lost = missing(made)
    assert lost["tools.3.metadata.raw_spec"]["text"] == (
        "openapi: 3.1.0\ninfo: {title: Cellar, version: '1'}\npaths: {}\n"
    )
    assert "cellar.example.com" in lost["tools.3.metadata.raw_spec"]["name"]
    assert json.loads(lost["tools.3.metadata.auth"]["text"])["type"] == "oauth"
    assert lost["tools.0"]["name"] == "Web browsing"
    again = api.get(f"{BASE}/{made['assistant']['id']}/import")
    assert again.json() == made["report"]
    assert {"tools.1", "tools.2", "files.0", "files.1", "gizmo.display.categories"} <= set(lost)


def test_an_action_whose_document_is_parsed_already_is_kept_too(api: JsonClient) -> None:
    tool = {"type": "plugins_prototype", "metadata": {"raw_spec": None, "json_schema": {"openapi": "3.1.0"}}}
    gpt = {"gizmo": {"instructions": "x", "display": {"name": "A"}}, "tools": [tool]}
    answer = post(api, "g.json", json.dumps(gpt).encode())
    assert json.loads(missing(answer.json())["tools.0.metadata.json_schema"]["text"]) == {"openapi": "3.1.0"}


def test_a_zip_brings_the_files_of_a_gpt(api: JsonClient) -> None:
    data = zipped(**{
        "export/gpt.json": (FIXTURES / "gpt.json").read_bytes(),
        "export/files/cellar-list.md": "# Cellar\n\nTwelve bottles of Barolo.\n",
        "export/files/prices.csv": "wine,price\nBarolo,40\n",
        "export/openapi.yaml": "openapi: 3.1.0\ninfo: {title: X, version: '1'}\npaths: {}\n",
        "export/cellar.mp4": b"\x89PNG\r\n\x1a\n\x00\x00",
    })  # fmt: skip
    made = post(api, "my-gpt.zip", data).json()
    names = {row["name"] for row in api.get(f"{BASE}/{made['assistant']['id']}/sources").json()["results"]}
    assert names == {"cellar-list.md", "prices.csv"}
    lost = missing(made)
    assert "files.0" not in lost
    assert lost["export/openapi.yaml"]["text"].startswith("openapi: 3.1.0")
    assert "cannot be read" in lost["export/cellar.mp4"]["reason"]


def test_pieces_alone_make_a_gpt(api: JsonClient) -> None:
    data = zipped(**{"instructions.md": "You help.", "handbook.txt": "Leave is 30 days."})
    made = post(api, "leave-helper.zip", data).json()
    assert (made["report"]["format"], made["assistant"]["name"]) == ("gpt", "leave helper")
    assert draft(api, made)["instructions"]["text"] == "You help."
    assert len(api.get(f"{BASE}/{made['assistant']['id']}/sources").json()["results"]) == 1


# --- OpenAI ---


def test_an_openai_assistant_comes_over(api: JsonClient) -> None:
    made = bring(api, "openai_assistant.json")
    document = draft(api, made)
    assert made["report"]["format"] == "openai_assistant"
    assert document["instructions"]["text"] == "You answer questions about benefits."
    assert document["model"] == {
        "id": QUOTE,
        "fallback": "",
        "parameters": {"temperature": 0.3, "top_p": 0.9},
    }
    lost = missing(made)
    assert {"tools.0", "tools.1", "tools.2", "tool_resources", "metadata", "model"} == set(lost)
    assert json.loads(lost["tools.2"]["text"])["function"]["name"] == "days_left"


def test_a_list_of_openai_assistants_becomes_as_many(api: JsonClient) -> None:
    one = json.loads((FIXTURES / "openai_assistant.json").read_text())
    listed = {"object": "list", "data": [one, one | {"name": "Second"}]}
    made = post(api, "list.json", json.dumps(listed).encode()).json()
    assert [made["assistant"]["name"], made["others"][0]["assistant"]["name"]] == ["HR Helper", "Second"]


# --- Dify ---


def test_a_dify_chat_app_comes_over(api: JsonClient) -> None:
    made = bring(api, "dify_chat.yml")
    document = draft(api, made)
    assert document["profile"]["name"] == "Handbook"
    assert document["profile"]["welcome_message"] == "Ask me about leave."
    assert document["profile"]["starters"] == ["How much leave do I have?"]
    assert document["instructions"]["text"] == "You answer from the handbook of {{company}}.\nBe brief."
    assert document["model"]["parameters"] == {"temperature": 0.2, "max_output_tokens": 512}
    assert document["answer_policy"]["citations"] is False
    lost = missing(made)
    assert lost["model_config.pre_prompt"]["text"] == "{{company}}"
    assert "8b1a9953" in lost["model_config.dataset_configs.datasets"]["text"]
    assert lost["model_config.model.completion_params.presence_penalty"]["text"] == "0.5"
    assert "model_config.user_input_form" in lost


def test_a_dify_flow_around_one_model_comes_over(api: JsonClient) -> None:
    made = bring(api, "dify_flow.yml")
    document = draft(api, made)
    assert document["instructions"]["text"] == "You answer from the handbook."
    assert document["model"]["parameters"] == {"temperature": 0.7}
    assert document["profile"]["welcome_message"] == "Welcome."
    lost = missing(made)
    assert set(lost) == {"workflow.graph.nodes.1.data", "model"}
    assert "019f0000" in lost["workflow.graph.nodes.1.data"]["text"]


def test_a_larger_dify_graph_is_reported_step_by_step(api: JsonClient) -> None:
    made = bring(api, "dify_graph.yml")
    assert "text" not in draft(api, made)["instructions"] or not draft(api, made)["instructions"]["text"]
    lost = missing(made)
    steps = {lost[f"workflow.graph.nodes.{number}.data"]["name"] for number in (1, 2, 3, 4)}
    assert steps == {"What is it about", "Writer", "Checker", "Send"}
    assert "Write the letter." in lost["workflow.graph.nodes.2.data"]["text"]
    assert "source" in lost["workflow.graph.nodes"]["text"]


# --- LibreChat ---


def test_a_librechat_agent_comes_over(api: JsonClient) -> None:
    made = bring(api, "librechat.json")
    document = draft(api, made)
    assert document["profile"]["name"] == "Release notes"
    assert document["instructions"]["text"] == "Write release notes from commits."
    assert document["profile"]["starters"] == ["What changed since 1.2?"]
    assert document["model"]["parameters"] == {"temperature": 0.4, "top_p": 0.8}
    lost = missing(made)
    assert lost["tools.2"]["text"] == "createIssue_action_api---github---com"
    assert {"tool_resources", "recursion_limit", "model_parameters.maxContextTokens", "model"} <= set(lost)
    assert not {"_id", "author", "avatar", "versions", "createdAt"} & set(lost)


def test_each_model_spec_of_librechat_becomes_an_assistant(api: JsonClient) -> None:
    made = bring(api, "librechat.yaml")
    document = draft(api, made)
    assert document["profile"]["name"] == "Legal reader"
    assert document["instructions"]["text"] == "You read contracts.\nQuote the clause.\n"
    assert document["profile"]["welcome_message"] == "Which contract?"
    assert missing(made)["modelSpecs.list.0.webSearch"]["text"] == "true"
    assert [other["assistant"]["name"] for other in made["others"]] == ["Plain"]


# --- Open WebUI ---


def test_models_of_open_webui_come_over_each_as_one(api: JsonClient) -> None:
    made = bring(api, "open_webui.json")
    document = draft(api, made)
    assert document["profile"]["name"] == "Support desk"
    assert document["instructions"]["text"] == "You answer customers kindly."
    assert document["profile"]["starters"] == ["My parcel is late", "I want my money back"]
    lost = missing(made)
    assert "Support handbook" in lost["0.meta.knowledge"]["text"]
    assert {"0.meta.toolIds", "0.params.num_ctx", "0.params.stop", "model"} <= set(lost)


def test_json_texts_of_a_database_dump_are_read(api: JsonClient) -> None:
    pirate = bring(api, "open_webui.json")["others"][0]
    document = draft(api, pirate)
    assert document["instructions"]["text"] == "You speak like a pirate."
    assert document["profile"]["starters"] == ["Where is the gold?"]


# --- All of them ---


def test_the_shape_decides_not_the_name(api: JsonClient) -> None:
    data = (FIXTURES / "gpt.json").read_bytes()
    assert post(api, "open_webui.txt", data).json()["report"]["format"] == "gpt"
    wrong = post(api, "gpt.json", data, format="dify")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "unknown_format")
    nothing = post(api, "settings.json", b'{"colour": "blue"}')
    assert (nothing.status_code, nothing.json()["errors"][0]["code"]) == (400, "unknown_format")


def test_a_model_that_is_not_offered_gives_way_to_the_default_and_is_named(api: JsonClient) -> None:
    made = bring(api, "librechat.json")
    assert made["assistant"]["model"] == QUOTE
    assert missing(made)["model"]["text"] == "gpt-4o"
    assert QUOTE in missing(made)["model"]["reason"]


def test_a_model_that_is_offered_is_taken(api: JsonClient) -> None:
    model = {"name": "A", "base_model_id": QUOTE, "params": {"system": "x"}, "meta": {}}
    made = post(api, "m.json", json.dumps([model]).encode()).json()
    assert mapped(made)["0.base_model_id"] == "model.id"
    assert made["report"]["missing"] == []


def test_what_is_too_long_for_its_field_is_cut_and_kept_whole(api: JsonClient) -> None:
    gpt = {
        "gizmo": {"instructions": "x", "display": {"name": "N" * 90, "prompt_starters": ["s" * 201, "ok"]}}
    }
    made = post(api, "g.json", json.dumps(gpt).encode()).json()
    assert made["assistant"]["name"] == "N" * 80
    assert draft(api, made)["profile"]["starters"] == ["ok"]
    assert [entry["text"] for entry in made["report"]["missing"]] == ["N" * 90, "s" * 201]


@pytest.mark.parametrize("indent", [None, 2])
def test_instructions_that_are_too_long_are_refused_with_their_line(
    api: JsonClient, indent: int | None
) -> None:
    gpt = {"gizmo": {"display": {"name": "A"}, "instructions": "x" * 1_000_000}}
    answer = post(api, "g.json", json.dumps(gpt, indent=indent).encode())
    assert answer.status_code == 400
    line = 6 if indent else 1
    assert answer.json()["detail"].startswith(f"g.json, line {line}: ")
    assert api.get(BASE).json()["results"] == []
