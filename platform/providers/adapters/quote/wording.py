"""What Quote says in its own words, and how it writes a quotation."""

import re
from collections.abc import Iterator, Sequence

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.text import has_cjk
from providers.adapters.quote.sentences import Sentence
from providers.ports import ChatRequest, SourcePassage

PIECE = 48  # characters of a streamed piece, about
_MARK = re.compile(r"\s*\[\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]")
_STOP = re.compile(r"([。．！!…]+)$")
_LATIN_ENDS = (".", "!", "?", "…", "”", '"', ":", ")")
_GREETING = re.compile(
    r"(?:hi+|hello+|hey+|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|bonjour|hola|ciao"
    r"|你好|您好|大家好|嗨|哈喽|早上好|下午好|晚上好|早安|在吗)[\s,，]*(?:there|everyone|all|啊|呀)?",
)
_ABOUT = re.compile(
    r"(?:who|what) are you|what(?: else)? can you do|what do you do|how (?:do|can) (?:you|i) (?:work|use you|use this)|help(?: me)?"
    r"|你是谁|你是什么|你能做什么|你会什么|你可以做什么|怎么用|帮助|介绍一下你自己"
)
_THANKS = re.compile(r"(?:many )?thank(?:s| you)(?: a lot| so much| very much)?|谢谢(?:你|您)?|多谢|感谢")


def question_of(request: ChatRequest) -> str:
    """What is asked: the request says so, or its last message does."""
    if request.question:
        return request.question.strip()
    asked = [message.content for message in request.messages if message.role == "user"]
    return asked[-1].strip() if asked else ""


def courtesy(question: str) -> str:
    """A friendly line where nothing is asked: a greeting, thanks, or "who are you?"; else an empty text."""
    bare = re.sub(r"[\s!！?？.。,，~～、]+$", "", question.casefold()).strip()
    with translation.override(language_of(question)):
        if _THANKS.fullmatch(bare):
            return _("You're welcome. Ask on whenever you like.")
        if _GREETING.fullmatch(bare) or _ABOUT.fullmatch(bare):
            return _("Hello! %(introduction)s") % {"introduction": introduction(question)}
    return ""


def introduction(question: str) -> str:
    """What Quote is."""
    with translation.override(language_of(question)):
        return _(
            "I am Quote: I answer by quoting the sources of this assistant, word for word, and show where each "
            "sentence stands. Ask me something about them. For free conversation, connect a model."
        )


def not_enough(request: ChatRequest, question: str) -> str:
    """The request's own sentence for "the sources don't say"."""
    if request.not_enough_information:
        return request.not_enough_information
    with translation.override(language_of(question)):
        return _("I don't have enough information to answer that.")


def steps_taken(question: str, passages: int, candidates: int, chosen: int) -> list[str]:
    """What was done for an answer, a step a line."""
    with translation.override(language_of(question)):
        searched = ngettext(
            "Searched %(count)d passage of the sources.",
            "Searched %(count)d passages of the sources.",
            passages,
        )
        compared = ngettext(
            "Compared %(count)d sentence with the question.",
            "Compared the %(count)d likeliest sentences with the question.",
            candidates,
        )
        ended = (
            ngettext(
                "Chose %(count)d sentence, quoted word for word.",
                "Chose %(count)d sentences, quoted word for word and in their order.",
                chosen,
            )
            if chosen
            else _("None of them answers it.")
        )
        counts = ((searched, passages), (compared, candidates), (ended, chosen))
        return [words % {"count": count} for words, count in counts]


def language_of(question: str) -> str:
    """The language to answer a question in."""
    return "zh-hans" if has_cjk(question) else "en"


def quotation(sentences: Sequence[Sentence], passages: Sequence[SourcePassage]) -> str:
    """The sentences as one text, each with the mark of the passage that it is from."""
    text, before = "", None
    for sentence in sentences:
        if before is not None:
            text += _gap(before, sentence)
        text += _marked(sentence.text, passages[sentence.passage].number)
        before = sentence
    return text


def pieces(text: str) -> Iterator[str]:
    """A text in pieces that read well while they appear; together they are the text."""
    start = 0
    while start < len(text):
        end = start + PIECE
        if end < len(text) and (space := text.find(" ", end, end + 20)) > 0:
            end = space + 1
        yield text[start:end]
        start = end


def _marked(sentence: str, number: int) -> str:
    text = _MARK.sub("", sentence)  # a source's own notes would read as our citations
    if not has_cjk(text):
        stopped = text if text.endswith(_LATIN_ENDS) else f"{text}."
        return f"{stopped} [{number}]"
    if match := _STOP.search(text):
        return f"{text[: match.start()]}[{number}]{match.group()}"
    return f"{text}[{number}]"


def _gap(before: Sentence, after: Sentence) -> str:
    if before.passage != after.passage:
        return "\n\n"
    return "" if has_cjk(after.text) else " "
