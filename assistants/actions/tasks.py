"""Background work of actions."""

from celery import shared_task

from assistants.actions.actions.forget_files import purge_files
from assistants.actions.actions.purge_calls import purge_calls
from assistants.actions.looking import look_at_tools


@shared_task(name="actions.look_at_tools")
def look_at_tools_task() -> None:
    """Ask MCP servers whether their tools are what was approved."""
    look_at_tools()


@shared_task(name="actions.purge_calls")
def purge_calls_task() -> None:
    """Delete what the record of calls no longer has to keep."""
    purge_calls()


@shared_task(name="actions.purge_files")
def purge_files_task() -> None:
    """Delete files of calls that are old."""
    purge_files()
