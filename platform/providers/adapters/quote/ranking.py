"""Which sentences answer a question best, and whether any of them does.

The figures were calibrated on XQuAD, English and Chinese, half of the questions each way: questions against the
retrieved passages of the right article, and against those of all other articles. `benchmarks/quote_quality.py`
measures them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kernel.text import has_cjk
from providers.adapters.quote.sentences import Sentence, sentences_of
from providers.adapters.quote.words import coverage, question_terms, terms_of, weights_of
from providers.ports import SourcePassage

CANDIDATES = 6  # sentences that are embedded: six find the answer as often as all of them do, and cost 0.25 s
CROSS_CANDIDATES = 10
QUOTED_AT_MOST = 4
NEAR = 0.45  # a sentence this close to the best one is quoted with it
NEAR_MEANING = 0.045

# Logistic regression over: meaning of the best sentence, words of the sentence chosen, words of its best passage,
# and Chinese, in which all similarities are higher.
MEANING, SENTENCE_WORDS, PASSAGE_WORDS, CJK_OFFSET, CONSTANT = 78.9, 2.3, 5.2, -2.7, -69.3
THRESHOLD = -1.2
# Across scripts there are no words to share: meaning alone decides.
CROSS_FROM_CJK, CROSS_TO_CJK = 0.80, 0.78


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what speaks for it: shares of the question's words, and nearness of meaning."""

    sentence: Sentence
    words: float
    passage_words: float
    rank: int
    meaning: float = 0.0

    @property
    def lexical(self) -> float:
        return self.words + 0.5 * self.passage_words - 0.03 * self.rank

    @property
    def score(self) -> float:
        return self.words + 0.5 * self.passage_words + 4 * self.meaning


@dataclass(frozen=True, slots=True)
class Search:
    """A question, ready to be answered from `candidates` once their meaning is known."""

    question: str
    terms: int
    crossing: bool
    candidates: tuple[Candidate, ...]
    sentences: tuple[Sentence, ...]


def prepare(question: str, passages: Sequence[SourcePassage]) -> Search:
    """Choose, by words alone, the few sentences whose meaning is worth comparing."""
    sentences = _distinct(sentences_of(passages))
    terms = question_terms(question)
    sets = [frozenset(terms_of(sentence.read)) for sentence in sentences]
    whole = [frozenset(terms_of(f"{passage.heading} {passage.text}")) for passage in passages]
    weights = weights_of(terms, sets)
    covered = [coverage(weights, words) for words in whole]
    candidates = [
        Candidate(sentence, coverage(weights, words), covered[sentence.passage], sentence.passage)
        for sentence, words in zip(sentences, sets, strict=True)
    ]
    crossing = bool(candidates) and _crosses(question, candidates)
    if crossing:
        chosen = candidates[:CROSS_CANDIDATES]
    else:
        chosen = sorted(candidates, key=lambda candidate: -candidate.lexical)[:CANDIDATES]
    return Search(question, len(terms), crossing, tuple(chosen), tuple(sentences))


def choose(search: Search, meanings: Sequence[float]) -> list[Sentence]:
    """The sentences to quote, in document order; none where the passages do not answer.

    `meanings` are the similarities of the question and each candidate, in order.
    """
    if not search.candidates:
        return []
    weighed = [
        replace(one, meaning=meaning) for one, meaning in zip(search.candidates, meanings, strict=True)
    ]
    weighed.sort(key=lambda candidate: -candidate.score)
    if not _answers(search, weighed):
        return []
    best = weighed[0]
    quoted = [
        candidate.sentence
        for candidate in weighed
        if candidate.score >= best.score - NEAR and candidate.meaning >= best.meaning - NEAR_MEANING
    ][: QUOTED_AT_MOST - 1]
    quoted += _needed_before(best.sentence, search.sentences)
    return sorted(set(quoted), key=lambda sentence: sentence.position)


def _answers(search: Search, weighed: Sequence[Candidate]) -> bool:
    best, meaning = weighed[0], max(candidate.meaning for candidate in weighed)
    if search.crossing:
        return meaning >= (CROSS_FROM_CJK if has_cjk(search.question) else CROSS_TO_CJK)
    if search.terms == 0:
        return False
    evidence = (
        MEANING * meaning
        + SENTENCE_WORDS * best.words
        + PASSAGE_WORDS * max(candidate.passage_words for candidate in weighed)
        + (CJK_OFFSET if has_cjk(search.question) else 0.0)
        + CONSTANT
    )
    return evidence > THRESHOLD


def _crosses(question: str, candidates: Sequence[Candidate]) -> bool:
    """Whether question and passages are written in different scripts and share no words."""
    shares = any(candidate.words > 0.3 for candidate in candidates)
    in_cjk = sum(has_cjk(candidate.sentence.text) for candidate in candidates) * 2 > len(candidates)
    return has_cjk(question) != in_cjk and not shares


def _needed_before(best: Sentence, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentence before one that begins with "It" or "他": without it nobody knows who is meant."""
    if not best.text.startswith(_REFERRING):
        return []
    return [
        sentence
        for sentence in sentences
        if sentence.position == best.position - 1 and sentence.passage == best.passage
    ]


_REFERRING = (
    "It ", "He ", "She ", "They ", "This ", "These ", "Those ", "Its ", "His ", "Her ", "Their ",
    "他", "她", "它", "这", "该", "其", "此",
)  # fmt: skip


def _distinct(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Each sentence once: passages may overlap."""
    seen: dict[str, Sentence] = {}
    for sentence in sentences:
        seen.setdefault(sentence.text, sentence)
    return list(seen.values())
