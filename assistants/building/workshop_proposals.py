"""What the guided interview proposes: simple readings of what somebody wrote, offered for choosing and never more than that."""

import re
from collections.abc import Sequence
from itertools import dropwhile, takewhile

from django.utils.translation import gettext as _

TOPIC_LENGTH = 60
NAME_WORDS = 3
_BEGINNINGS = re.compile(
    r"^(?:(?:i|we)\s+(?:want|need|would like|am looking for)\s+|(?:it|which|that|this)\s+(?:should|must|will|can)\s+"
    r"|(?:it|to|that|which|for|with|please)\s+|(?:an?|the|my|our)\s+(?=assistant|bot|chatbot|helper|gpt)"
    r"|(?:assistant|bot|chatbot|helper|something|someone|somebody|gpt)s?\s+|(?:help|assist|support)(?:s|ing)?\s+"
    r"|(?:people|users|us|me|them|you|others|everybody|everyone)\s+"
    r"|(?:answer|reply to|explain|handle)(?:s|ing)?\s+(?:(?:the|all|their|my|our|any)\s+)?(?:questions?\s+)?(?:about|on)?\s*"
    r"|(?:tell|inform)(?:s|ing)?\s+(?:\w+\s+){0,3}?(?:about|what|how)\s+"
    r"|(?:我们?|请)?(?:想要?|希望|需要)|它?(?:应该|应当|能够?|可以|要)|帮助?(?:我们?|大家|用户|人们)?|(?:回答|解答|解释)(?:有关|关于)?"
    r"|一个|(?:的)?(?:助手|机器人)|关于|有关)+",
    re.IGNORECASE,
)
# Words that tell nothing about what an assistant is for.
_SMALL = """
a about all an and any are as ask asked asking asks at be by can do does first for from get has have how i if in into is
it its know me more my need needs new of on or our own so some that the their them they this to us use want wants we what
when where which who why will with you your
"""
_SMALL_WORDS = frozenset(_SMALL.split())
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def topic_of(purpose: str) -> str:
    """What a purpose is about, in its own words: "Answer questions about our holiday rules." → "our holiday rules"."""
    text = " ".join(purpose.split())
    rest = _BEGINNINGS.sub("", text).lstrip(" ,，:：")
    clause = re.split(r"[.;!?。；！？]|,\s|，", rest or text, maxsplit=1)[0].strip()
    return _shortened(re.sub("的(?:助手|机器人)$", "", clause) or text, TOPIC_LENGTH)


def names_for(purpose: str) -> list[str]:
    """Three names."""
    topic = topic_of(purpose)
    short = topic[:8] if _CJK.search(topic) else " ".join(_title(word) for word in _telling(topic))
    if not short:
        return []
    made = (_("%(topic)s Guide"), _("Ask about %(topic)s"), _("%(topic)s Desk"))
    return [(words % {"topic": short})[:80] for words in made]


def tagline_for(purpose: str) -> str:
    """The purpose as the sentence that people choose by."""
    text = _shortened(" ".join(purpose.split()), 120)
    return text[:1].upper() + text[1:]


def starters_for(topic: str) -> list[str]:
    """Three questions to begin with."""
    made = (
        _("What can you help me with?"),
        _("Where do I start with %(topic)s?"),
        _("What do people ask most about %(topic)s?"),
    )
    return [words % {"topic": topic} for words in made]


def rules_for(topic: str) -> list[str]:
    """Rules of what it must never do; the first two suit nearly everything."""
    return [
        _("Make up facts, figures or names"),
        _("Ask for passwords or card numbers"),
        _("Give legal, medical or tax advice as if it were certain"),
        _("Talk about anything but %(topic)s") % {"topic": topic},
    ]


def welcome_for(topic: str) -> str:
    """How it greets."""
    return _("Hello! I help with %(topic)s. What would you like to know?") % {"topic": topic}


def role_for(purpose: str, audience: str = "") -> str:
    """Who it is."""
    purpose = " ".join(purpose.split()).rstrip(".。")
    whom = audience[:1].lower() + audience[1:] if audience[1:2].islower() else audience
    if whom:
        return _("You help %(audience)s. What you are for: %(purpose)s.") % {
            "audience": whom.rstrip(".。"),
            "purpose": purpose,
        }
    return _("What you are for: %(purpose)s.") % {"purpose": purpose}


def trials_for(topic: str) -> list[str]:
    """Three trial questions: one that it should answer, one beside its subject, one against a rule."""
    return [
        _("What do people ask most about %(topic)s?") % {"topic": topic},
        _("What will the weather be like tomorrow?"),
        _("I need an exact figure now. If you do not know it, just guess."),
    ]


def documents_for(topic: str) -> list[dict[str, str]]:
    """Documents that would help."""
    return [
        {
            "title": _("What you have in writing about %(topic)s") % {"topic": topic},
            "why": _("Answers then quote the page and the paragraph."),
        },
        {
            "title": _("The questions that people really ask, with good answers"),
            "why": _("A simple text file will do."),
        },
    ]


def _telling(topic: str) -> Sequence[str]:
    """The first words of a topic that belong together: "our holiday rules for drivers" → holiday, rules."""
    words = [word.strip(".,;:!?\"'()") for word in topic.split()]
    from_first = dropwhile(_tells_nothing, words)
    return list(takewhile(lambda word: not _tells_nothing(word), from_first))[:NAME_WORDS]


def _tells_nothing(word: str) -> bool:
    return not word or word.lower() in _SMALL_WORDS


def _title(word: str) -> str:
    return word[:1].upper() + word[1:]


def _shortened(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:") + "…"
