"""The administrators' guide shows the very table of roles that the server checks."""

import re
from pathlib import Path

from organisations.permissions import (
    PERMISSION_GROUPS,
    PERMISSION_LABELS,
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    Role,
)

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "organisations.md"


def table() -> str:
    """The table of roles and permissions as Markdown."""
    head = ["", *(str(ROLE_LABELS[role]) for role in Role)]
    lines = ["| " + " | ".join(head).strip() + " |", "|" + "---|" * len(head)]
    for _label, permissions in PERMISSION_GROUPS:
        for permission in permissions:
            marks = ["✓" if permission in ROLE_PERMISSIONS[role] else "" for role in Role]
            name = f"{PERMISSION_LABELS[permission]} (`{permission.value}`)"
            lines.append(f"| {name} | " + " | ".join(marks) + " |")
    return "\n".join(lines)


def test_the_guide_s_table_is_the_server_s() -> None:
    shown = re.search(r"<!-- matrix -->\n(.*)\n<!-- /matrix -->", GUIDE.read_text(), re.DOTALL)
    assert shown is not None
    assert shown[1] == table()
