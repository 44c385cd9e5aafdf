"""Quote, the built-in chat model: it answers only with sentences of the passages it is given, or says that they
don't answer. It never makes anything up, is deterministic, and costs nothing.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence

from providers.adapters.local_embedder import LocalEmbedder
from providers.adapters.quote.ranking import choose, prepare
from providers.adapters.quote.wording import (
    courtesy,
    introduction,
    not_enough,
    pieces,
    question_of,
    quotation,
    steps_taken,
)
from providers.ports import ChatRequest, Finished, ModelEvent, StepDelta, TextDelta, Usage
from providers.tokens import count_tokens

REMEMBERED = 2000  # vectors of sentences, 3 kB each: the same passages are asked about again and again


class Quote:
    """A ChatModel without a model."""

    def __init__(self, embedder: LocalEmbedder) -> None:
        self._embedder = embedder
        self._vectors: OrderedDict[str, list[float]] = OrderedDict()

    async def stream(self, request: ChatRequest) -> AsyncIterator[ModelEvent]:
        """Answer; see ChatModel."""
        answer, steps = await self._answer(request)
        if request.show_steps and steps:
            yield StepDelta("".join(f"{number}. {step}\n" for number, step in enumerate(steps, 1)))
        for piece in pieces(answer):
            yield TextDelta(piece)
            await asyncio.sleep(0)
        sent = sum(count_tokens(message.content) for message in request.messages)
        yield Usage(sent, count_tokens(answer))
        yield Finished("stop")

    async def _answer(self, request: ChatRequest) -> tuple[str, list[str]]:
        """The answer, and what was done for it."""
        question = question_of(request)
        if line := courtesy(question):
            return line, []
        passages = [passage for passage in request.passages if passage.quotable]
        if not passages:
            free = request.grounding == "free" and not request.passages
            return introduction(question) if free else not_enough(request, question), []
        search = await asyncio.to_thread(prepare, question, passages)  # some milliseconds of pure Python
        quoted = choose(
            search, await self._meanings(question, [one.sentence.read for one in search.candidates])
        )
        steps = steps_taken(question, len(passages), len(search.candidates), len(quoted))
        if quoted:
            return quotation(quoted, passages), steps
        return not_enough(request, question), steps

    async def _meanings(self, question: str, sentences: Sequence[str]) -> list[float]:
        """How near each sentence is to the question, in the embedder's space."""
        if not sentences:
            return []
        asked = await self._embedder.query(question)
        missing = [text for text in sentences if text not in self._vectors]
        if missing:
            self._vectors.update(zip(missing, await self._embedder.sentences(missing), strict=True))
        meanings = [sum(a * b for a, b in zip(asked, self._vectors[text], strict=True)) for text in sentences]
        while len(self._vectors) > REMEMBERED:
            self._vectors.popitem(last=False)
        return meanings
