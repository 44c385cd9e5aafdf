"""Words that carry meaning, in scripts with and without spaces."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from kernel.text import CJK

_TOKEN = re.compile(rf"[{CJK}]+|[^\W_]+(?:['’.-][^\W_]+)*")
_CJK_RUN = re.compile(f"[{CJK}]+")
_STOP = frozenset(
    """a about above after again all also am an and any are as at be because been before being between both but by can
    could did do does doing down during each few for from further had has have having he her here hers him his how i if
    in into is it its itself just let many may me might more most much must my name no nor not of off on once one only
    or other our out over own please same she should so some such tell than that the their them then there these they
    this those through to too under until up us was we were what when where which while who whom whose why will with
    would you your der die das und ist in den von zu mit auf für wie was wer wo wann le la les de des et est un une du
    que qui el los las y en es una por para""".split()  # noqa: SIM905 -- readable as it is
)
_CJK_STOP = re.compile(
    "什么|哪些|哪个|哪里|哪儿|哪种|哪一|哪年|哪|多少|怎么样|怎么|怎样|如何|为什么|为何|是否|是不是|有没有|可以|能不能|能否|"
    "请问|请|告诉我|一下|吗|呢|吧|啊|谁|几|的|了|是|在|有|和|与|及|或|被|把|对|从|到|于|为|以|而|也|都|就|这|那|其|之|我们|我|你们|你|他们|他|她|它|"
    "何时|何地|时候|一个|一种|个|名|叫|做|主要|以及|关于"
)
_SUFFIXES = ("ational", "ization", "ations", "ation", "ingly", "ments", "ment", "ness", "ings", "ing", "edly", "ies", "ers", "ed", "es", "er", "ly", "s")  # fmt: skip


def terms_of(text: str) -> list[str]:
    """The terms of a text, in order: stems of words, and pairs of neighbouring CJK characters."""
    found: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()):
        if _CJK_RUN.match(token):
            found += _pairs(token)
        elif token not in _STOP:
            found.append(_stem(token))
    return found


def question_terms(question: str) -> list[str]:
    """The terms of a question that an answer should hold: each once, without question words."""
    plain = _CJK_STOP.sub(" ", unicodedata.normalize("NFKC", question))
    return list(dict.fromkeys(terms_of(plain)))


def weights_of(terms: Iterable[str], texts: Iterable[frozenset[str]]) -> dict[str, float]:
    """How much each term tells: rare among the passages more, numbers and names with them."""
    sets = list(texts)
    weights = {}
    for term in terms:
        seen = sum(term in text for text in sets)
        length = 0.5 if len(term) == 1 else 1.0
        weights[term] = length * math.log(1 + (len(sets) + 1) / (seen + 0.5))
    return weights


def coverage(weights: Mapping[str, float], text: frozenset[str]) -> float:
    """The share of the question's weight that a text holds, 0 to 1."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in text) / total if total else 0.0


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    word = word.replace("’", "'").removesuffix("'s")
    if not word.isascii() or not word.isalpha():
        return word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            stem = word[: -len(suffix)]
            return stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "sl" else stem  # swimming, running
    return word.removesuffix("e") if len(word) > 4 else word
