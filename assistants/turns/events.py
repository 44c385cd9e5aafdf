"""What happens in a turn, as frozen events. Their names and fields are those of the public event stream."""

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class MessageStarted:
    """The turn runs; `message` is the answer's id."""

    name: ClassVar[str] = "message.started"
    turn: str
    message: str

    def data(self) -> dict[str, Any]:
        return {"turn": self.turn, "message": self.message}


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The sources were searched for `query`; `passages` are short descriptions, without texts.

    `rewritten` says how the query was made of the question: words, model, or nothing where it is the question itself.
    `notes` are codes of what went wrong without ending the search.
    """

    name: ClassVar[str] = "retrieval"
    passages: tuple[dict[str, Any], ...]
    query: str = ""
    rewritten: str = ""
    notes: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        return {
            "passages": list(self.passages),
            "query": self.query,
            "rewritten": self.rewritten,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class TextAdded:
    """The answer grew."""

    name: ClassVar[str] = "text.delta"
    text: str

    def data(self) -> dict[str, Any]:
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class StepsAdded:
    """How the answer is got to grew, a step a line; no part of the answer."""

    name: ClassVar[str] = "steps.delta"
    text: str

    def data(self) -> dict[str, Any]:
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class ToolStarted:
    """The model asked for a tool, which runs now; `label` says for people what it does."""

    name: ClassVar[str] = "tool.started"
    id: str
    tool: str
    label: str

    def data(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.tool, "label": self.label}


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has run; `call` is what is kept of it."""

    name: ClassVar[str] = "tool.finished"
    call: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return dict(self.call)


@dataclass(frozen=True, slots=True)
class ConfirmationRequested:
    """A call waits for a person's word; `request` is what they are asked."""

    name: ClassVar[str] = "confirmation.requested"
    request: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return dict(self.request)


@dataclass(frozen=True, slots=True)
class ConnectionRequested:
    """A call waits until a person has connected their account; `request` says to what."""

    name: ClassVar[str] = "connection.requested"
    request: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return dict(self.request)


@dataclass(frozen=True, slots=True)
class ComputationRequested:
    """A call waits for what a person's browser works out; `request` says what, and within which limits."""

    name: ClassVar[str] = "computation.requested"
    request: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return dict(self.request)


@dataclass(frozen=True, slots=True)
class ComputationFinished:
    """A browser has worked it out, this one or another; `request` says which."""

    name: ClassVar[str] = "computation.finished"
    request: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return dict(self.request)


@dataclass(frozen=True, slots=True)
class ConfirmationDecided:
    """A person has given their word on a call, here or on another device; `request` says which."""

    name: ClassVar[str] = "confirmation.decided"
    request: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return dict(self.request)


@dataclass(frozen=True, slots=True)
class MessageWaiting:
    """The turn waits for a person; `message` is the answer as far as it came. What follows comes in the same stream."""

    name: ClassVar[str] = "message.waiting"
    message: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return {"message": self.message}


@dataclass(frozen=True, slots=True)
class Cited:
    """The citations, checked: every number opens a passage that was given to the model."""

    name: ClassVar[str] = "citations"
    items: tuple[dict[str, Any], ...]

    def data(self) -> dict[str, Any]:
        return {"items": list(self.items)}


@dataclass(frozen=True, slots=True)
class VerificationStarted:
    """The answer stands; it is held against its sources now."""

    name: ClassVar[str] = "verification.started"

    def data(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class Verified:
    """The answer was held against its sources; `report` is what is kept of it."""

    name: ClassVar[str] = "verification"
    report: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return dict(self.report)


@dataclass(frozen=True, slots=True)
class MessageFinished:
    """The turn has ended; `message` is the whole answer as it was saved."""

    name: ClassVar[str] = "message.finished"
    message: dict[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        return {"message": self.message}


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The turn ended without a whole answer; what there is of it was saved."""

    name: ClassVar[str] = "error"
    code: str
    message: str
    status: int = 500

    def data(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message}


TurnEvent = (
    MessageStarted
    | Retrieved
    | StepsAdded
    | TextAdded
    | ToolStarted
    | ToolFinished
    | ConfirmationRequested
    | ConnectionRequested
    | ComputationRequested
    | ComputationFinished
    | ConfirmationDecided
    | MessageWaiting
    | Cited
    | VerificationStarted
    | Verified
    | MessageFinished
    | TurnFailed
)
IN_WORDS = """Server-sent events with an `id` each, their data as JSON:

- `message.started` {turn, message}
- `retrieval` {passages[], query, rewritten, notes[]}: what the first search looked for and found, without texts
- `steps.delta` {text}: how the answer is got to, a numbered step a line; only where the assistant shows its steps
- `text.delta` {text}: the answer grew
- `tool.started` {id, name, label} and `tool.finished` {id, name, label, arguments, ok, summary, detail, untrusted, milliseconds}
- `confirmation.requested` {id, action, operation, host, method, url, arguments, schema, risk, reason, expires_at, …}: a call
  waits for a person's word; answer it by `POST /api/v1/turns/{turn}/confirmations/{id}`
- `connection.requested` {id, action, host, connect_url, …}: a call waits for a person's account; once it is connected,
  go on by `POST /api/v1/turns/{turn}/continue`, or without it by sending `{"without": [id]}` along
- `computation.requested` {id, language, code, files[], limits, …}: a call waits for a program that the person's own side
  runs; its result goes to `POST /api/v1/turns/{turn}/computations/{id}`; `computation.finished` {id, state, …}: it has come
- `confirmation.decided` {id, state, arguments, …}: somebody has answered it
- `message.waiting` {message}: all that can be done before the answers is done; what comes after them follows in this stream
- `citations` {items[]}
- `verification.started` {}, then `verification` {verdict, confidence, method, supported, total, sentences[]}; only where
  the assistant holds its answers against their sources
- `error` {code, message}: there is no whole answer
- `message.finished` {message}: always the last one, with the answer as it was saved
"""
END_EVENTS = (MessageFinished.name,)
