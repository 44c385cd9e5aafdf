"""A published assistant whose model calls a slow API: `python -m harness.seed_slow URL MODEL`, after `harness.seed`.

Prints `{"assistant": "asst_…"}`.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts.models import User  # noqa: E402 - needs the applications
from assistants.actions.actions.add_action import add_action  # noqa: E402
from assistants.actions.reading import reading_of_document  # noqa: E402
from assistants.building.actions.create_assistant import create_assistant  # noqa: E402
from assistants.building.actions.publish_version import publish_version  # noqa: E402
from assistants.building.actions.update_draft import update_draft  # noqa: E402
from organisations.actions.set_policy import patch_policy  # noqa: E402
from organisations.queries import actor_for  # noqa: E402
from providers.models import Model, Provider  # noqa: E402


def main(url: str, model: str) -> None:
    """Make it and say how it is called."""
    actor = actor_for(User.objects.get(email="bench@example.org"), None)
    assert actor
    provider, _made = Provider.objects.get_or_create(
        slug="slow",
        defaults={"name": "Slow", "kind": "openai", "base_url": f"{url}/v1", "named_by_operator": True},
    )
    capabilities = {"streaming": True, "tools": True}
    fields = {"label": model, "capabilities": capabilities, "context_window": 32_000, "max_output": 100}
    Model.objects.get_or_create(provider=provider, name=model, defaults=fields)
    # What is measured is calling, not agreeing to it.
    patch_policy(actor=actor, patch={"actions": {"approval": False}})
    draft = {"model": {"id": f"slow/{model}"}, "answer_policy": {"grounding": "free", "citations": False}}
    assistant = create_assistant(actor=actor, name="Slow", draft=draft)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Slow", "version": "1"},
        "servers": [{"url": url}],
        "paths": {"/slow": {"get": {"operationId": "slow", "responses": {"200": {"description": "ok"}}}}},
    }
    reading = reading_of_document(json.dumps(document).encode())
    action = add_action(actor=actor, assistant_id=assistant.public_id, reading=reading)
    uses = [{"id": action.public_id, "operations": ["slow"]}]
    update_draft(actor=actor, assistant_id=assistant.public_id, patch={"actions": uses})
    publish_version(actor=actor, assistant_id=assistant.public_id)
    print(json.dumps({"assistant": assistant.public_id}))


if __name__ == "__main__":
    main(*sys.argv[1:])
