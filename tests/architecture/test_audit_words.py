"""Every action that a room writes into the audit log has words, for the people who read it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from organisations import audit_words

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("platform", "assistants", "billing", "store")
# Functions that write a line, and where among their arguments the action stands.
WRITERS = {"record_audit": 1, "note_security": 1}


def recorded_actions() -> Iterator[tuple[str, str]]:
    """Where and which, for all actions that are written in place or under a name that the same file gives them."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            named = {
                target.id: node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                place = WRITERS.get(getattr(call.func, "id", ""))
                if place is not None and len(call.args) > place:
                    for action in _texts(call.args[place], named):
                        yield f"{path.relative_to(ROOT)}:{call.lineno}", action


def _texts(node: ast.expr, named: dict[str, ast.expr]) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.Name) and node.id in named:
        return _texts(named[node.id], named)
    if isinstance(node, ast.IfExp):
        return _texts(node.body, named) + _texts(node.orelse, named)
    return []


def test_the_walk_finds_them() -> None:
    found = {action for _where, action in recorded_actions()}
    assert {"member.role_changed", "assistant.published", "listing.submitted", "demo.laid_out"} <= found


def test_each_has_words() -> None:
    silent = sorted(
        f"{where}: {action}" for where, action in recorded_actions() if not audit_words.has_words(action)
    )
    assert silent == []
