"""What a model is to the rest of the house: frozen requests and events, and two small protocols.

The turn loop, retrieval and the adapters speak these and nothing else, so that a model is exchanged without
anybody noticing.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from numpy import float32
from numpy.typing import NDArray

Role = Literal["system", "user", "assistant", "tool"]
Grounding = Literal["free", "prefer", "only"]
Vectors = NDArray[float32]  # a row a text
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A finished call that the model asked for; `arguments` is JSON text, as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """A tool that the model may call; `parameters` is a JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of the transcript; `tool_call_id` only where role is `tool`."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """A passage that the prompt shows the model, under the number that a citation mark uses.

    `quotable` is false where its words may not be repeated: a model that can only quote leaves it out.
    """

    number: int
    id: str
    text: str
    title: str = ""
    page: int | None = None
    paragraph: int | None = None
    heading: str = ""
    score: float = 0.0
    quotable: bool = True


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call of a chat model.

    `messages` is the whole prompt, passages included. `passages` and `question` repeat its parts for models that
    work on them directly, as Quote does. `parameters` may hold temperature, top_p and max_output_tokens.
    `language` is a language code such as `en` or `zh-hans`, empty where it is unknown. `show_steps`: the prompt asks for
    the way to the answer; a model that works without the prompt says it in StepDeltas.
    """

    messages: Sequence[ChatMessage]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: Sequence[ToolSchema] = ()
    passages: Sequence[SourcePassage] = ()
    question: str = ""
    grounding: Grounding = "prefer"
    not_enough_information: str = ""
    language: str = ""
    show_steps: bool = False


@dataclass(frozen=True, slots=True)
class StepDelta:
    """A piece of how the model got to its answer; a numbered step a line. No part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer: everything that one read of the network brought."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of the tool call at `index`; `id` and `name` are empty after its first piece."""

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the call.

    Attributes:
        estimated: the provider did not count them.
        cached_tokens: those of the input that the provider had kept from a call before.
        reasoning_tokens: those of the output that the model thought with, and did not show.
    """

    input_tokens: int
    output_tokens: int
    estimated: bool = False
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The provider's own end of the answer, the last event of every complete stream."""

    reason: FinishReason


ModelEvent = StepDelta | TextDelta | ToolCallDelta | Usage | Finished


class ChatModel(Protocol):
    """A model that answers."""

    def stream(self, request: ChatRequest) -> AsyncIterator[ModelEvent]:
        """Answer; the stream holds at most one Usage, then ends with Finished, or raises a ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors, and the tokens that the provider counted for them; 0 where it said nothing."""

    vectors: Vectors
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """Pictures that are wanted: what they show, how many, and their size in points, as `1024x1024`."""

    prompt: str
    count: int = 1
    size: str = "1024x1024"


@dataclass(frozen=True, slots=True)
class ImagesMade:
    """Pictures as they came, in whatever format; nobody has looked at their bytes yet.

    Attributes:
        charged: how many the provider made, also those that did not arrive. usage: its tokens; 0 where it counts none.
    """

    pictures: tuple[bytes, ...]
    charged: int
    usage: Usage


class ImageModel(Protocol):
    """A model that makes pictures."""

    async def make(self, request: ImageRequest) -> ImagesMade:
        """Make them; raises a ProviderError."""
        ...


class Embedder(Protocol):
    """A model that turns text into vectors of length 1."""

    @property
    def name(self) -> str: ...
    @property
    def dimensions(self) -> int: ...

    async def query(self, text: str) -> list[float]:
        """Embed one question."""
        ...

    def embed(self, texts: list[str]) -> Embedded:
        """As `passages`, with what it cost."""
        ...

    def passages(self, texts: list[str]) -> Vectors:
        """Embed passages, in their order. Blocks: call it from a worker or an executor, not from an event loop."""
        ...


@dataclass(frozen=True, slots=True)
class Reranking:
    """How well each passage answers a question, in the order they were sent; None for one that was left out.

    `tokens` is what the model read, counted by us.
    """

    scores: tuple[float | None, ...]
    tokens: int


class Reranker(Protocol):
    """A model that reads a question and passages together."""

    @property
    def name(self) -> str: ...

    async def rank(self, query: str, passages: Sequence[str]) -> Reranking:
        """Score passages for a question, within seconds; raises a ProviderError."""
        ...
