"""`run_python`: the model writes a program, and it runs in a sandbox, never in a process of ours."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.files.known import files_of_thread
from assistants.actions.files.making import keep_made
from assistants.actions.models import ActionFile
from assistants.knowledge.files import clean_name
from assistants.tools.python.answers import PythonAnswer, made_files, read_answer
from assistants.tools.python.container import run_in_container
from assistants.tools.python.limits import (
    LONGEST_PROGRAM,
    MOST_BYTES,
    MOST_FILES,
    MOST_GIVEN,
    MOST_GIVEN_BYTES,
    python_limits,
)
from assistants.tools.python.telling import summary_of, told
from assistants.turns.models import Turn
from assistants.turns.pausing import COMPUTATION, Paused, PauseRequest
from assistants.turns.tools import Tool, ToolResult, TurnContext
from kernel.db import run_db
from kernel.errors import DomainError, InvalidInput
from kernel.ids import new_public_id
from kernel.registries import BuiltInTool
from providers.ports import ToolCall, ToolSchema

NAME = "run_python"
BROWSER, CONTAINER, OFF = "browser", "container", "off"
# Where the page that shows the answer can run a program.
WITH_A_PAGE = frozenset({Turn.Surface.CHAT, Turn.Surface.PREVIEW})
SCHEMA = ToolSchema(
    NAME,
    f"""Run a Python 3 program in a sandbox and read what it prints. Use it for calculations, statistics, dates, parsing and
 reshaping data, and for making files. Only the standard library is there: no numpy, no pandas, no pip. There is no network,
 no other process and nothing is kept between two calls. Name files of this conversation by their ids in `files`: they lie in
 /in under their names. What the program writes to /out (at most {MOST_FILES} files, {MOST_BYTES // (1024 * 1024)} MB together)
 the person can download. Print what you need to know; the value of an expression on the last line is given too.
 `import show`, then show.table(rows, columns=None, title="") and show.chart(labels, {{name: values}}, kind="bar" or "line",
 title="") put a table or a chart before the person.""".replace("\n", ""),
    {
        "type": "object",
        "properties": {
            "code": {"type": "string", "description": "The whole program.", "maxLength": LONGEST_PROGRAM},
            "files": {
                "type": "array",
                "items": {"type": "string"},
                "maxItems": MOST_GIVEN,
                "description": "Ids of files (file_…) that earlier calls of this conversation gave.",
            },
        },
        "required": ["code"],
        "additionalProperties": False,
    },
)


class NoBrowser(DomainError):
    code = "no_sandbox_here"
    status = 409
    user_message = gettext_lazy(
        "Python runs in the browser of the person who asks, and there is none here, so the program was not run. Go on"
        " without it, and do not guess its result. It works in a chat on the web page."
    )


class UnknownFiles(DomainError):
    code = "unknown_files"
    user_message = gettext_lazy(
        "This conversation has no file %(ids)s. Name files by the ids that earlier calls gave."
    )


class FilesTooLarge(DomainError):
    code = "files_too_large"
    user_message = gettext_lazy("The files are larger than 20 MB together. Give fewer of them.")


@dataclass(frozen=True, slots=True)
class Program:
    """What a call asks for: code, and files to lie beside it under names of their own."""

    code: str
    files: tuple[tuple[str, ActionFile], ...] = ()


class _Python:
    """What both ways of running it share."""

    schema = SCHEMA

    def __init__(self, context: TurnContext) -> None:
        self._context = context

    @property
    def label(self) -> str:
        """Its words for people."""
        return _("Ran Python")

    async def program(self, arguments: dict[str, Any]) -> Program:
        """The program that the arguments name.

        Raises:
            InvalidInput, UnknownFiles, FilesTooLarge: they do not work.
        """
        code, ids = arguments.get("code"), arguments.get("files", [])
        if not isinstance(code, str) or not code.strip():
            raise InvalidInput.on("code", "required", _("Give the program to run."))
        if len(code) > LONGEST_PROGRAM:
            message = _("The program is longer than 50,000 characters. Write a shorter one.")
            raise InvalidInput.on("code", "too_long", message)
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise InvalidInput.on("files", "invalid_type", _("Give a list of ids of files."))
        if len(ids) > MOST_GIVEN:
            raise InvalidInput.on("files", "too_many", _("Give at most 10 files."))
        return Program(code, await self._files(list(dict.fromkeys(ids))))

    async def _files(self, ids: list[str]) -> tuple[tuple[str, ActionFile], ...]:
        if not ids:
            return ()
        rows = {row.public_id: row for row in await run_db(files_of_thread, self._context, ids)}
        if missing := [one for one in ids if one not in rows]:
            raise UnknownFiles(ids=", ".join(missing)[:200])
        files = [rows[one] for one in ids]
        if sum(file.size for file in files) > MOST_GIVEN_BYTES:
            raise FilesTooLarge
        return tuple(_named(files))

    async def result(self, program: Program, answer: PythonAnswer) -> ToolResult:
        """What model and person are told of an answer; its files are kept."""
        files = [
            await keep_made(
                self._context, maker="Python", name=file.name, mime_type=_kind(file.name), data=file.data
            )
            for file in made_files(answer)
            if file.data
        ]
        detail: dict[str, Any] = {
            "program": {
                "language": "python",
                "code": program.code,
                "files": [name for name, _f in program.files],
            },
            "output": answer.model_dump(include={"state", "stdout", "stderr", "value", "error", "truncated"}),
            "files": files,
        }
        if table := answer.table:
            detail["table"] = table.document()
        if chart := answer.chart:
            detail["chart"] = chart.document()
        return ToolResult(
            told(answer, files),
            ok=answer.state == "done",
            summary=summary_of(answer),
            detail=detail,
            untrusted=True,
        )


class BrowserPython(_Python):
    """Has the program run by the page that shows the answer; the turn waits meanwhile."""

    async def fetch(self, call: ToolCall, arguments: dict[str, Any]) -> Tool:
        """The call with its result, once there is one."""
        context = self._context
        if not context.can_wait or context.surface not in WITH_A_PAGE:
            raise NoBrowser
        program = await self.program(arguments)
        computed = context.computed.get(call.id)
        if computed is None:
            raise Paused(_request(context, call, program))
        return _Computed(context, program, read_answer(computed))

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Never called: `fetch` gives the tool that is run."""
        raise NoBrowser


class _Computed(_Python):
    """A call whose result is there."""

    def __init__(self, context: TurnContext, program: Program, answer: PythonAnswer) -> None:
        super().__init__(context)
        self._program, self._answer = program, answer

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Tell the result."""
        return await self.result(self._program, self._answer)


class ContainerPython(_Python):
    """Runs the program in a container beside us."""

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Run it to its end."""
        program = await self.program(arguments)
        answer = await run_in_container(program.code, program.files, python_limits())
        return await self.result(program, answer)


def make_python(context: TurnContext) -> Tool | None:
    """The tool as this installation runs it; None where it is switched off."""
    if settings.PYTHON_SANDBOX == OFF:
        return None
    return ContainerPython(context) if settings.PYTHON_SANDBOX == CONTAINER else BrowserPython(context)


PYTHON = BuiltInTool(
    NAME,
    gettext_lazy("Python"),
    gettext_lazy(
        "Writes small programs and runs them in a sandbox without network, to calculate, to work with tables and to make"
        " files."
    ),
    make_python,
    icon="terminal",
    reads=gettext_lazy("Files of the conversation"),
    writes=gettext_lazy("Files for the person to download"),
)


def _request(context: TurnContext, call: ToolCall, program: Program) -> PauseRequest:
    expires_at = timezone.now() + timedelta(seconds=settings.ACTION_CONFIRM_SECONDS)
    public_id = new_public_id("comp_")
    document = {
        "id": public_id,
        "kind": COMPUTATION,
        "turn": context.turn_id,
        "call": call.id,
        "language": "python",
        "code": program.code,
        "files": [
            {"id": file.public_id, "name": name, "size": file.size, "url": f"/files/{file.public_id}"}
            for name, file in program.files
        ],
        "limits": python_limits().document(),
        "state": "pending",
        "expires_at": expires_at.isoformat().replace("+00:00", "Z"),
    }
    return PauseRequest(public_id, COMPUTATION, document, expires_at)


def _named(files: Sequence[ActionFile]) -> list[tuple[str, ActionFile]]:
    """Each under a name that no other one has."""
    taken: set[str] = set()
    named = []
    for file in files:
        name = clean_name(file.name)
        if name in taken:
            name = f"{file.public_id}-{name}"
        taken.add(name)
        named.append((name, file))
    return named


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
