"""Why moderators decide and why people report: codes that are kept, and the words for them."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason of a decision, and what its creator can do about it; both as msgids, which notifications keep."""

    code: str
    msgid: str
    advice_msgid: str

    @property
    def label(self) -> str:
        """The reason in the active language."""
        return gettext(self.msgid)

    @property
    def advice(self) -> str:
        """What to do, in the active language."""
        return gettext(self.advice_msgid)


@dataclass(frozen=True, slots=True)
class ReportReason:
    """What somebody may report.

    Attributes:
        threshold: how much weight reports of this kind need together before somebody looks.
        urgency: of the case then; 0 is looked at first.
        within: until when it is looked at.
    """

    code: str
    label: str | Promise
    threshold: float
    urgency: int
    within: timedelta


_REASONS = (
    Reason(
        "impersonation",
        gettext_noop("Passes itself off as somebody else"),
        gettext_noop(
            "Take the name, picture or words out that make people believe it comes from somebody else."
        ),
    ),
    Reason(
        "disclosure_differs",
        gettext_noop("What it says about data is not what it does"),
        gettext_noop(
            "Compare your statements and privacy policy with what was worked out, and change one of them."
        ),
    ),
    Reason(
        "personal_data",
        gettext_noop("Personal data of others"),
        gettext_noop("Remove names, addresses, numbers and files about people who did not agree."),
    ),
    Reason(
        "writes_without_asking",
        gettext_noop("Changes things without asking"),
        gettext_noop("Mark operations that change something as such, so that people are asked first."),
    ),
    Reason(
        "prohibited",
        gettext_noop("Of a kind that is not allowed here"),
        gettext_noop("The store does not carry this. An appeal can say why it is something else."),
    ),
    Reason(
        "harmful",
        gettext_noop("Could harm people"),
        gettext_noop("Say what it is not for, and have it refuse what is dangerous."),
    ),
    Reason(
        "misleading",
        gettext_noop("Promises what it does not do"),
        gettext_noop("Say in the tagline and the description what it really does."),
    ),
    Reason(
        "thin",
        gettext_noop("Too thin to be useful"),
        gettext_noop("Give it knowledge, actions or instructions that a plain model does not have."),
    ),
    Reason(
        "copy",
        gettext_noop("A copy of somebody else's"),
        gettext_noop(
            "Make it your own, or use the original's “Make one of your own from it”, which says whose it was."
        ),
    ),
    Reason(
        "copyright",
        gettext_noop("Somebody's work without their leave"),
        gettext_noop("Remove the work, or answer with what gives you the right to it."),
    ),
    Reason(
        "trademark", gettext_noop("Somebody's trade mark"), gettext_noop("Choose another name or picture.")
    ),
    Reason("illegal", gettext_noop("Against the law"), gettext_noop("Remove what the law forbids.")),
    Reason(
        "spam",
        gettext_noop("Advertising or spam"),
        gettext_noop("Remove advertising, repeated words and misleading links."),
    ),
    Reason(
        "links",
        gettext_noop("Links that mislead or harm"),
        gettext_noop("Link to whole https addresses of places you name."),
    ),
    Reason(
        "secrets",
        gettext_noop("Secrets in its instructions"),
        gettext_noop("Remove keys and passwords, and replace them."),
    ),
    Reason(
        "broken",
        gettext_noop("Does not work"),
        gettext_noop("Try it as a stranger would, and repair what fails."),
    ),
    Reason("other", gettext_noop("Something else"), gettext_noop("Read the moderator's words.")),
)
REASONS = {reason.code: reason for reason in _REASONS}

_REPORTS = (
    ReportReason("child_safety", _("It sexualises or endangers children"), 0.1, 0, timedelta(hours=1)),
    ReportReason("dangerous", _("It helps to harm people"), 1.0, 1, timedelta(hours=12)),
    ReportReason("illegal", _("It is against the law"), 1.5, 1, timedelta(hours=24)),
    ReportReason("privacy", _("It shows or gathers personal data"), 1.5, 2, timedelta(hours=24)),
    ReportReason("impersonation", _("It pretends to be somebody else"), 2.0, 2, timedelta(hours=48)),
    ReportReason("hate", _("It is hateful or harassing"), 2.0, 2, timedelta(hours=24)),
    ReportReason("copyright", _("It uses work that is not its creator's"), 2.0, 3, timedelta(hours=72)),
    ReportReason("misleading", _("It promises what it does not do"), 3.0, 4, timedelta(days=5)),
    ReportReason("spam", _("It is advertising or spam"), 3.0, 4, timedelta(days=5)),
    ReportReason("broken", _("It does not work"), 5.0, 6, timedelta(days=7)),
    ReportReason("other", _("Something else"), 3.0, 5, timedelta(days=5)),
)
REPORT_REASONS = {reason.code: reason for reason in _REPORTS}
REPORT_CHOICES = [(reason.code, reason.label) for reason in _REPORTS]


def checked_reasons(codes: list[str] | tuple[str, ...]) -> list[str]:
    """The codes, each once, in the list's order.

    Raises:
        InvalidInput: one of them is none of ours.
    """
    unknown = sorted(set(codes) - set(REASONS))
    if unknown:
        message = _("There is no reason “%(code)s”. Choose from: %(known)s.")
        words = {"code": unknown[0][:40], "known": ", ".join(REASONS)}
        raise InvalidInput.on("reasons", "not_a_choice", str(message) % words)
    return [code for code in REASONS if code in codes]


def reason_words(codes: list[str]) -> list[Reason]:
    """The reasons of kept codes; a code of an earlier release is left out."""
    return [REASONS[code] for code in codes if code in REASONS]
