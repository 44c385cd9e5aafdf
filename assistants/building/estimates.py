"""What a typical turn of a draft reads and writes, and what that costs with a model."""

from dataclasses import dataclass

from assistants.building.prompts import compile_prompt
from assistants.building.specification import Specification
from kernel.money import price_of
from providers.catalogue import PriceSnapshot
from providers.tokens import count_tokens

QUESTION = 60
ANSWER = 250
VERDICT = 120


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens of a typical turn. `passages` is all that an answer may read; `checking` what a second pass adds."""

    instructions: int
    passages: int
    question: int
    answer: int
    checking: int
    verdict: int

    @property
    def read(self) -> int:
        """Tokens that all calls of the model read together."""
        return self.instructions + self.passages + self.question + self.checking

    @property
    def written(self) -> int:
        """Tokens that all calls of the model write together."""
        return self.answer + self.verdict

    def cost(self, price: PriceSnapshot) -> int:
        """What the turn costs at a price, in micro-units of its currency."""
        return price_of(self.read, price.input_per_million) + price_of(self.written, price.output_per_million)


def typical_turn(specification: Specification, *, has_sources: bool) -> Estimate:
    """The estimate for a draft: its compiled prompt, all the passages that it allows, a short question and answer."""
    passages = specification.knowledge.budget_tokens if has_sources else 0
    longest = specification.model.parameters.max_output_tokens or ANSWER
    answer = min(ANSWER, longest)
    checks = specification.answer_policy.verification and has_sources
    return Estimate(
        instructions=count_tokens(compile_prompt(specification)),
        passages=passages,
        question=QUESTION,
        answer=answer,
        checking=passages + QUESTION + answer if checks else 0,
        verdict=VERDICT if checks else 0,
    )
