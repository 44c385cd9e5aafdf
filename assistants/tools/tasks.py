"""Background work of the built-in tools."""

from celery import shared_task

from assistants.tools.tables.kept import forget_unused


@shared_task(name="tools.forget_tables")
def forget_tables_task() -> None:
    """Remove tables that were made of files and that nobody asked lately."""
    forget_unused()
