"""The guided interview: the questions by which a draft is written where no model can write it, one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from assistants.building import workshop_proposals as proposals
from assistants.building.models import WorkshopMessage
from assistants.building.slugs import random_part
from assistants.building.specification import Specification
from assistants.building.workshop_edits import SEED_LENGTH

STEPS = ("purpose", "audience", "name", "tone", "never", "grounding", "starters", "welcome")
START, DONE = "start", "done"
MOST_ANSWERS = 60


@dataclass(frozen=True)
class Choice:
    """One answer that is proposed."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Question:
    """A question of the interview.

    Attributes:
        kind: text (a field, with answers to take), choice (one of several), checks (several, and a field for more) or
            lines (some fields).
        value: what stands in the field at first.
    """

    step: str
    text: str
    kind: str
    hint: str = ""
    choices: Sequence[Choice] = ()
    value: str = ""
    rows: int = 2
    number: int = field(default=0)
    total: int = len(STEPS)
    may_skip: bool = True

    @property
    def proposed(self) -> list[str]:
        """The answer of whoever takes what is proposed."""
        if self.kind == "checks":
            return [choice.value for choice in self.choices if choice.chosen]
        if self.kind == "lines":
            return [choice.value for choice in self.choices]
        return [self.value or self.choices[0].value] if self.value or self.choices else []


@dataclass(frozen=True)
class Interview:
    """How far the interview of an assistant has come, as its messages tell."""

    step: str
    answers: Mapping[str, str]
    begun: bool

    @property
    def topic(self) -> str:
        """What the assistant is about, in the words of whoever builds it."""
        return proposals.topic_of(self.purpose) or _("this")

    @property
    def purpose(self) -> str:
        """What was said that it is for."""
        return self.answers.get("purpose", "")

    @property
    def running(self) -> bool:
        """Whether questions were answered and others wait."""
        return self.begun and self.step != DONE


def interview_of(messages: Sequence[WorkshopMessage]) -> Interview:
    """Read off the messages which question is next; conversations with a model in between do not matter."""
    answers: dict[str, str] = {}
    step, begun = STEPS[0], False
    for message in messages:
        if message.step == START:
            step, answers, begun = STEPS[0], {}, True
        elif message.step == DONE:
            step = DONE
        elif message.step in STEPS and message.role == WorkshopMessage.Role.USER:
            begun = True
            step = following(message.step)
            if not message.suggestions.get("skipped"):
                answers[message.step] = message.text
    return Interview(step, answers, begun)


def following(step: str) -> str:
    """The question after one."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else DONE


def question_of(interview: Interview, present: Specification) -> Question:
    """The question that is next, with what is proposed as its answer."""
    made: Question = _QUESTIONS[interview.step](interview, present)
    return made


def patch_of(
    step: str, values: Sequence[str], interview: Interview, present: Specification
) -> dict[str, Any]:
    """What an answer writes into the draft, as a merge patch."""
    first = values[0] if values else ""
    match step:
        case "purpose":
            return {
                "profile": {"tagline": proposals.tagline_for(first)},
                "instructions": {"role": proposals.role_for(first)},
            }
        case "audience":
            return {"instructions": {"role": proposals.role_for(interview.purpose, first)}}
        case "name":
            return {"profile": {"name": first, "picture": random_part(SEED_LENGTH)}}
        case "tone":
            return {"instructions": {"behaviour": _tones().get(first, first)}}
        case "never":
            return {"instructions": {"must_never": list(dict.fromkeys(values))}}
        case "grounding":
            return {"answer_policy": {"grounding": first}}
        case "starters":
            return {"profile": {"starters": list(values)}}
        case _:
            return {"profile": {"welcome_message": first}}


def answer_in_words(question: Question, values: Sequence[str]) -> str:
    """An answer as the conversation shows it."""
    labels = {choice.value: choice.label for choice in question.choices}
    return "\n".join(labels.get(value, value) for value in values)


def closing(interview: Interview) -> tuple[str, dict[str, Any]]:
    """What is said at the end, with trial questions and documents that would help."""
    words = _(
        "Your draft is ready to be tried. Ask it these three questions; they show where it is weak. You can change"
        " everything under Configure."
    )
    return words, {
        "tests": proposals.trials_for(interview.topic),
        "knowledge": proposals.documents_for(interview.topic),
    }


def _numbered(interview: Interview, text: str, kind: str, **more: Any) -> Question:
    return Question(interview.step, text, kind, number=STEPS.index(interview.step) + 1, **more)


def _same(values: Sequence[str], chosen: str = "") -> list[Choice]:
    return [Choice(value, value, value == chosen) for value in values]


def _purpose(interview: Interview, _present: Specification) -> Question:
    return _numbered(
        interview,
        _("What should your assistant help with?"),
        "text",
        hint=_("One sentence is enough, for example: answer what new colleagues ask in their first weeks"),
        may_skip=False,
        rows=3,
    )


def _audience(interview: Interview, _present: Specification) -> Question:
    people = [_("Everybody"), _("New colleagues"), _("My team"), _("Our customers")]
    return _numbered(interview, _("Who is going to use it?"), "text", choices=_same(people), rows=1)


def _name(interview: Interview, present: Specification) -> Question:
    names = proposals.names_for(interview.purpose)
    return _numbered(
        interview,
        _("What is it called?"),
        "text",
        hint=_("It gets a new picture with its name; you can have another one drawn at any time."),
        choices=_same(names),
        value=names[0] if names else present.profile.name,
        rows=1,
    )


def _tones() -> dict[str, str]:
    return {
        "friendly": _(
            "You are warm and patient. You explain in simple words, and ask back where a question is unclear."
        ),
        "brief": _("You are brief: the answer comes first, then at most three sentences."),
        "thorough": _("You are thorough: you explain step by step, and you name exceptions."),
        "formal": _("You are formal and precise, and you address people politely."),
    }


def _tone(interview: Interview, _present: Specification) -> Question:
    labels = {
        "friendly": _("Warm and patient"),
        "brief": _("Brief"),
        "thorough": _("Thorough, step by step"),
        "formal": _("Formal and precise"),
    }
    choices = [Choice(value, label) for value, label in labels.items()]
    return _numbered(interview, _("How should it sound?"), "choice", choices=choices)


def _never(interview: Interview, present: Specification) -> Question:
    kept = list(present.instructions.must_never)
    offered = [*kept, *(rule for rule in proposals.rules_for(interview.topic) if rule not in kept)]
    usual = kept or offered[:2]
    return _numbered(
        interview,
        _("What must it never do?"),
        "checks",
        hint=_("Further rules, one a line"),
        choices=[Choice(rule, rule, rule in usual) for rule in offered],
    )


def _grounding(interview: Interview, present: Specification) -> Question:
    choices = [
        Choice("only", _("Only from documents that I add")),
        Choice("prefer", _("From my documents first, otherwise from general knowledge")),
        Choice("free", _("From general knowledge; documents only help")),
    ]
    return _numbered(
        interview,
        _("Where should its facts come from?"),
        "choice",
        hint=_("The built-in model Quote answers from documents alone, whatever you choose here."),
        choices=choices,
    )


def _starters(interview: Interview, present: Specification) -> Question:
    lines = list(present.profile.starters) or proposals.starters_for(interview.topic)
    return _numbered(
        interview,
        _("Which questions should people find ready to click?"),
        "lines",
        hint=_("Change them as you like, or leave some empty."),
        choices=_same([*lines, "", "", ""][: max(3, len(lines))]),
    )


def _welcome(interview: Interview, present: Specification) -> Question:
    return _numbered(
        interview,
        _("How does it greet people?"),
        "text",
        value=present.profile.welcome_message or proposals.welcome_for(interview.topic),
        rows=2,
    )


_QUESTIONS: dict[str, Any] = {
    "purpose": _purpose,
    "audience": _audience,
    "name": _name,
    "tone": _tone,
    "never": _never,
    "grounding": _grounding,
    "starters": _starters,
    "welcome": _welcome,
}
