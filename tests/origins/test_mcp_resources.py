"""Resources of an MCP server that one of the organisation's actions speaks with."""

from typing import Any

import pytest

from assistants.actions.actions.add_origin import add_origin
from assistants.connections.models import AuthProfile
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.connections.helpers import World, connect
from tests.factories.building import make_assistant
from tests.fakes.mcp_server import McpFake
from tests.fakes.oauth_server import oauth_server
from tests.fixtures.people import api_client_for
from tests.origins.conftest import again, files_of, left_out, look

pytestmark = pytest.mark.django_db(transaction=True)


def test_resources_are_listed_read_and_followed(alice: Actor, charlie: Actor, mcp: McpFake) -> None:
    mcp.hold("notes://rent", "Rent", "The rent is due on the first.", modified="2026-01-01T00:00:00Z")
    mcp.hold("notes://pets", "Pets", "One small dog is welcome.")
    mcp.hold("notes://bytes", "Bytes.md", b"# In Base64", kind="text/markdown")
    mcp.hold("notes://sound", "Sound", b"\x00\x01", kind="audio/wav")
    assistant = make_assistant(alice)
    api = api_client_for(alice)
    path = f"/api/v1/assistants/{assistant.public_id}"
    action = api.post(f"{path}/actions", {"mcp_url": mcp.url}).json()["id"]
    assert [one["id"] for one in api.get(f"{path}/origins").json()["results"][-1]["accounts"]] == [action]
    level = api.get(f"{path}/origins/mcp/browse?connection={action}").json()["results"]
    assert [one["name"] for one in level][1:] == ["Rent", "Pets", "Bytes.md", "Sound"]
    added = add_origin(
        actor=alice,
        source_set=assistant.source_set,
        origin="mcp",
        connection=action,
        pick=level[0]["pick"],
    )
    source = look(added.source)
    kept = files_of(source)
    assert sorted(kept) == ["Bytes.md", "Pets", "Rent"] and left_out(source) == {"left_out_kind": ["Sound"]}
    mcp.hold("notes://pets", "Pets", "Two dogs are welcome.")
    del mcp.resources["notes://bytes"]
    mcp.requests.clear()
    after = files_of(again(alice, source))
    # What says when it changed is not read again; of what does not, only what is different is parsed.
    assert mcp.methods().count("resources/read") == 1
    assert after["Rent"].document_id == kept["Rent"].document_id and sorted(after) == ["Pets", "Rent"]
    assert after["Pets"].document_id != kept["Pets"].document_id
    mcp.token = "closed now"
    assert again(alice, source).sync_error == "connection_missing" and sorted(files_of(source)) == [
        "Pets",
        "Rent",
    ]
    other = make_assistant(charlie)
    with pytest.raises(NotFound):
        add_origin(actor=charlie, source_set=other.source_set, origin="mcp", connection=action, pick={})


def test_a_token_that_ends_amid_a_sync_is_renewed(
    alice: Actor, bob: Actor, mcp: McpFake, settings: Any
) -> None:
    with oauth_server() as guard:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, guard.host]
        mcp.issuer, mcp.opens = guard.url, guard.may
        for name in ("rent", "pets"):
            mcp.hold(f"notes://{name}", name.capitalize(), f"All about {name}.")
        assistant, api = make_assistant(alice), api_client_for(alice)
        action = api.post(f"/api/v1/assistants/{assistant.public_id}/actions", {"mcp_url": mcp.url}).json()[
            "id"
        ]
        with tenant_scope(alice.organisation):
            profile = AuthProfile.objects.for_organisation(alice.organisation).get()
        connect(World(guard, alice, bob), alice, profile)
        read = {"actor": alice, "source_set": assistant.source_set, "origin": "mcp", "connection": action}
        source = look(add_origin(**read, pick={"resources": [], "name": "Notes"}).source)
        assert sorted(files_of(source)) == ["Pets", "Rent"]

        def ends(authorization: str) -> Any:
            if mcp.methods().count("resources/read") == 1 and not guard.asked_for("refresh_token"):
                guard.tokens[-1].expires_at = 0.0
            return guard.may(authorization)

        mcp.requests.clear()
        mcp.opens = ends
        mcp.hold("notes://pets", "Pets", "Two dogs are welcome.")
        assert again(alice, source).sync_error == ""
        assert len(guard.asked_for("refresh_token")) == 1
        guard.refuse_refresh, mcp.opens = True, lambda _given: False
        stopped = again(alice, source)
        assert stopped.sync_error == "connection_missing"
        assert sorted(files_of(source)) == ["Pets", "Rent"]
