"""The REST API describes itself, and its page works under our content security policy."""

import re

from django.test import Client

from organisations.actors import Actor


def test_the_schema_holds_our_paths_problems_and_idempotency(db: None) -> None:
    schema = Client().get("/api/v1/schema", headers={"Accept": "application/json"}).json()
    for path in ("/api/v1/me", "/api/v1/organisation", "/api/v1/organisation/members/{membership_id}"):
        assert path in schema["paths"]
    post = schema["paths"]["/api/v1/organisation/invitations"]["post"]
    assert "Idempotency-Key" in [parameter["name"] for parameter in post["parameters"]]
    assert post["responses"]["default"]["content"]["application/problem+json"]
    assert {"apiKey", "session"} <= set(schema["components"]["securitySchemes"])


def test_the_page_has_no_inline_script_and_loads_from_here_only(alice: Actor) -> None:
    answer = Client().get("/api/v1/docs")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    script = re.search(r'src="([^"]*script[^"]*)"', page)
    assert script
    answered = Client().get(script.group(1).replace("&amp;", "&"))
    assert (answered.status_code, "javascript" in answered["Content-Type"]) == (200, True)


def test_the_schema_also_describes_what_streams(client: Client) -> None:
    paths = client.get("/api/v1/schema", HTTP_ACCEPT="application/json").json()["paths"]
    ask = paths["/api/v1/conversations/{conversation}/messages"]["post"]
    assert "text/event-stream" in ask["responses"]["200"]["content"]
    assert "/v1/chat/completions" in paths


def test_every_list_of_the_schema_is_a_page(client: Client) -> None:
    paths = client.get("/api/v1/schema", HTTP_ACCEPT="application/json").json()["paths"]
    schema = paths["/api/v1/conversations"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert set(schema["properties"]) == {"results", "next", "previous"}
