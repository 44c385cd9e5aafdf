"""What a turn is made with: retrieval, tools, and the plan that it goes on with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from kernel.registries.base import Registry, Slot


@dataclass(frozen=True)
class BuiltInTool:
    """A tool that an assistant's capabilities may switch on: see assistants.turns.tools.

    `make(context)` gives the tool for one turn, or None where it is of no use there; it may read the database. `name` is the
    capability's.

    `told(organisation)` says what people are told of it: `hosts` as a disclosure lists them, `models` by their ids; inside
    the scope of the organisation that builds. `lacks(organisation)` is a sentence about what an administrator has to do before
    it works, empty where nothing lacks.

    `icon` is its mark where builders choose tools; `reads` and `writes` say in a few words what it reads and what it makes.
    """

    name: str
    label: str | Promise
    description: str | Promise
    make: Callable[[Any], Any]
    told: Callable[[Any], Mapping[str, Sequence[Any]]] | None = None
    lacks: Callable[[Any], str] | None = None
    icon: str = "wrench"
    reads: str | Promise = ""
    writes: str | Promise = ""


# The retrieval port of a turn: see assistants.turns.plan.
retriever: Slot[Any] = Slot("retrieval")
# Tools that come with the house, by the capability that switches them on.
tools: Registry[BuiltInTool] = Registry()
# The tools that a turn's actions make: `tools(context)` reads the database; see assistants.turns.tools.
action_tools: Slot[Callable[[Any], Sequence[Any]]] = Slot("tools of actions")
# Looks at a call before it leaves the house; see assistants.turns.tools.Gate.
tool_gate: Slot[Any] = Slot("the gate of calls")
# The plan that a turn which waited goes on with, its access checked again: `plan(actor, turn)`.
turn_plans: Slot[Callable[[Any, Any], Any]] = Slot("plans of turns")
