"""Where the staff's tables are: the rooms that show some, and what belongs to the installation itself."""

from importlib import import_module

ROOMS = ("organisations", "providers", "billing", "assistants.building", "store", "config")


def register() -> None:
    """Let every room show its tables."""
    for room in ROOMS:
        import_module(f"{room}.admin")
