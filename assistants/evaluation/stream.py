"""`POST /api/v1/assistants/{id}/tests/{id}/run`: ask the draft a test, and keep the answer for somebody to read."""

import asyncio
from typing import Any

from django.utils import translation

from assistants.building.actions.preview_draft import preview_draft
from assistants.building.freezing import hash_of_draft
from assistants.building.queries import access_assistant
from assistants.evaluation.actions.note_run import note_run
from assistants.evaluation.models import TestRun
from assistants.evaluation.queries import access_test_case
from assistants.turns.runtime import runtime
from kernel.asgi import Responder, StreamRequest, StreamRoute, described
from kernel.db import run_db
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.stream_auth import authenticate


async def test_run(request: StreamRequest, respond: Responder) -> None:
    """Ask the draft as it is now; an answer that waits for a person counts as none."""
    actor = await authenticate(request, Permission.BUILD_ASSISTANTS)
    named = {"assistant_id": request.params["assistant"], "test_id": request.params["test"]}
    question, content_hash = await run_db(_subject, actor, **named)
    opened = await run_db(
        preview_draft,
        actor=actor,
        assistant_id=named["assistant_id"],
        text=question,
        language=translation.get_language() or "",
    )
    running = runtime().run(opened)
    await asyncio.wait({running.task})
    outcome = running.ending.outcome
    answer = outcome.text if outcome and not outcome.error_message else ""
    problem = outcome.error_message if outcome else "–"
    run = await run_db(
        note_run, actor=actor, **named, content_hash=content_hash, answer=answer, problem=problem
    )
    await respond.json(201, run_document(run))


def run_document(run: TestRun) -> dict[str, Any]:
    """A run in its public form."""
    return {
        "id": run.public_id,
        "content_hash": run.content_hash,
        "verdict": str(run.verdict),
        "answer": run.answer,
        "problem": run.problem,
        "created_at": run.created_at.isoformat().replace("+00:00", "Z"),
    }


def _subject(actor: Actor, *, assistant_id: str, test_id: str) -> tuple[str, str]:
    with tenant_scope(actor.organisation):
        assistant = access_assistant(actor, assistant_id)
        return access_test_case(assistant, test_id).question, hash_of_draft(assistant)


RUN = StreamRoute(
    "test_run",
    "POST",
    r"/api/v1/assistants/(?P<assistant>asst_\w+)/tests/(?P<test>test_\w+)/run",
    test_run,
    operation=described(
        "Ask the draft a test; somebody has to say then whether the answer is good", status=201
    ),
)
