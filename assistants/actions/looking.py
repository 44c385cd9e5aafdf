"""Asking MCP servers, from time to time, whether their tools are still what people approved."""

import asyncio

import structlog
from asgiref.sync import async_to_sync

from assistants.actions.actions.claim_looks import claim_looks
from assistants.actions.actions.note_tools import note_tools
from assistants.actions.calling.approved_tools import is_present_server
from assistants.actions.importing import headers_for
from assistants.actions.mcp.client import list_tools
from assistants.actions.mcp.operations import offered_operations
from assistants.actions.models import Action
from kernel.db import run_db
from kernel.errors import DomainError
from organisations.actors import Actor
from organisations.host_policy import held_to_policies_async

SIDE_BY_SIDE = 8
NAME = "Actions"
logger = structlog.get_logger(__name__)


def look_at_tools() -> int:
    """Ask the servers that are due; returns how many tools wait for a person. One that does not answer is asked next time."""
    due = claim_looks()
    return async_to_sync(_look_at_all)(due) if due else 0


async def _look_at_all(due: list[Action]) -> int:
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def look(action: Action) -> int:
        async with places:
            return await _look(action)

    return sum(await asyncio.gather(*(look(action) for action in due)))


async def _look(action: Action) -> int:
    # This room, at work for the organisation: nobody clicked.
    actor = Actor(user=None, organisation=action.organisation, service_account_name=NAME)
    try:
        async with held_to_policies_async(action.organisation_id):
            headers = await headers_for(actor, action, action.server_url)
            offer = await list_tools(action.server_url, headers)
    except DomainError as error:
        logger.info("mcp_not_looked_at", action=action.public_id, code=error.code)
        return 0
    # It may have been given another server while this one was asked.
    if not await run_db(is_present_server, action.organisation_id, action.public_id, action.server_url):
        return 0
    changed = await run_db(
        note_tools,
        organisation_id=action.organisation_id,
        action_id=action.public_id,
        operations=offered_operations(offer),
    )
    return len(changed)
