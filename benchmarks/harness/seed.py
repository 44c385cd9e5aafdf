"""Somebody with a key and published assistants, one for each model named: `python -m harness.seed MODEL…`.

Prints `{"key": "bk_…", "assistants": {model: "asst_…"}}`.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from assistants.building.actions.create_assistant import create_assistant  # noqa: E402 - needs the applications
from assistants.building.actions.publish_version import publish_version  # noqa: E402
from organisations.actions.create_api_key import create_api_key  # noqa: E402
from organisations.actions.create_person import create_person  # noqa: E402
from organisations.actors import Actor  # noqa: E402
from organisations.queries import actor_for  # noqa: E402


def published_assistant(actor: Actor, model: str) -> str:
    """The id of a new assistant without knowledge that answers with a model, on its first version."""
    draft = {"model": {"id": f"openai/{model}"}, "answer_policy": {"grounding": "free", "citations": False}}
    assistant = create_assistant(actor=actor, name=model, draft=draft)
    publish_version(actor=actor, assistant_id=assistant.public_id)
    return str(assistant.public_id)


def main(models: list[str]) -> None:
    """Make them and say how they are called."""
    actor = actor_for(create_person(email="bench@example.org", name="Bench"), None)
    assert actor
    secret = create_api_key(actor=actor, name="Benchmark", scopes=actor.permissions).secret
    made = {model: published_assistant(actor, model) for model in models}
    print(json.dumps({"key": secret, "assistants": made}))


if __name__ == "__main__":
    main(sys.argv[1:])
