"""What automatic checks find: kept as codes and facts, read in every language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Severity = Literal["serious", "minor"]
SERIOUS: Severity = "serious"
MINOR: Severity = "minor"

PLACES: dict[str, str | Promise] = {
    "name": _("Name"),
    "tagline": _("In one sentence"),
    "description": _("About"),
    "statements": _("Your own statements about data"),
    "privacy_policy_url": _("Privacy policy"),
    "starters": _("Questions to begin with"),
    "welcome_message": _("Welcome"),
    "instructions": _("Instructions"),
    "knowledge": _("Knowledge"),
    "sample": _("Sample conversation"),
    "picture": _("Picture"),
}

# A sentence, and what to do about it.
WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "brand_name": (
        _("It is called like %(brand)s, which is somebody else's name."),
        _("Choose a name of your own. You may say in the description what it works with."),
    ),
    "brand_disguised": (
        _("The name imitates %(brand)s with letters that look alike."),
        _("Write the name with ordinary letters, and choose one of your own."),
    ),
    "brand_official": (
        _("It says that it comes from %(brand)s: “%(quote)s”."),
        _("Take out “official”, “support” and the like, unless the name is yours and verified."),
    ),
    "brand_mentioned": (
        _("The name holds %(brand)s, which is somebody else's name."),
        _("Make clear in the description that it does not come from them."),
    ),
    "authority": (
        _("It sounds like a public authority: “%(quote)s”."),
        _("Say who you are. Only an authority may say that it is one."),
    ),
    "claims_official": (
        _("It calls itself official: “%(quote)s”."),
        _("Say whose it is instead."),
    ),
    "known_creator": (
        _("It is called like %(brand)s, a verified creator here."),
        _("Choose a name that nobody takes for theirs."),
    ),
    "known_listing": (
        _("It is called nearly like %(brand)s, which many people use."),
        _("Choose a name that nobody takes for it."),
    ),
    "known_picture": (
        _("Its name and its picture are nearly those of %(brand)s."),
        _("Choose another name, and propose another picture under Configure, Profile."),
    ),
    "category_minors": (
        _("It sexualises children: “%(quote)s”."),
        _("The store never carries this."),
    ),
    "category_sexual": (_("It offers sexual content: “%(quote)s”."), _("The store does not carry this.")),
    "category_weapons": (
        _("It helps to make or get weapons: “%(quote)s”."),
        _("Take this out; the store does not carry it."),
    ),
    "category_malware": (
        _("It helps to break into devices or to make harmful software: “%(quote)s”."),
        _("Take this out. Teaching defence is welcome: say so."),
    ),
    "category_drugs": (_("It helps to make or get drugs: “%(quote)s”."), _("Take this out.")),
    "category_gambling": (
        _("It is about gambling for money: “%(quote)s”."),
        _("Take this out. Help against gambling is welcome: say so."),
    ),
    "category_fraud": (
        _("It helps to deceive people or authorities: “%(quote)s”."),
        _("Take this out; the store does not carry it."),
    ),
    "category_self_harm": (
        _("It encourages people to harm themselves: “%(quote)s”."),
        _("Take this out, and name where people find help."),
    ),
    "category_hate": (_("It attacks people for who they are: “%(quote)s”."), _("Take this out.")),
    "category_surveillance": (
        _("It helps to watch people secretly: “%(quote)s”."),
        _("Take this out; the store does not carry it."),
    ),
    "category_promises": (
        _("It promises money or health that nobody can promise: “%(quote)s”."),
        _("Say what it knows, and that it replaces nobody's advice."),
    ),
    "link_scheme": (
        _("A link is of a kind that browsers do not open safely: %(link)s."),
        _("Link to an https address."),
    ),
    "link_plain": (_("A link is not encrypted: %(link)s."), _("Link to its https address.")),
    "link_shortened": (
        _("A link hides where it leads: %(link)s."),
        _("Link to the address that people end up at."),
    ),
    "link_number": (_("A link names a bare network address: %(link)s."), _("Link to a name.")),
    "link_lookalike": (
        _("A link's host looks like another one's: %(link)s."),
        _("Link to a host that is written with ordinary letters."),
    ),
    "link_international": (
        _("A link's host is written in letters that are easily mistaken: %(link)s."),
        _("Make sure that this is the host you mean."),
    ),
    "link_disguised": (
        _("A link hides its host behind a name: %(link)s."),
        _("Take out everything before the @."),
    ),
    "personal_email": (_("An e-mail address stands there: %(sample)s."), _("Leave it only if it is yours.")),
    "personal_phone": (_("A telephone number stands there: %(sample)s."), _("Leave it only if it is yours.")),
    "personal_card": (_("A payment card's number stands there: %(sample)s."), _("Remove it.")),
    "personal_iban": (_("A bank account's number stands there: %(sample)s."), _("Remove it.")),
    "personal_id": (_("A person's identity number stands there: %(sample)s."), _("Remove it.")),
    "secret_key": (
        _("A key or password stands there: %(sample)s."),
        _("Remove it, and replace the key: it may have been read."),
    ),
    "secret_looks": (
        _("Something there looks like a key: %(sample)s."),
        _("If it is one, remove it and replace the key."),
    ),
    "knowledge_email": (
        _("%(document)s holds %(count)s e-mail addresses, such as %(sample)s."),
        _("Remove those of people who did not agree, and upload it again."),
    ),
    "knowledge_phone": (
        _("%(document)s holds %(count)s telephone numbers, such as %(sample)s."),
        _("Remove those of people who did not agree, and upload it again."),
    ),
    "knowledge_card": (
        _("%(document)s holds numbers of payment cards (%(count)s), such as %(sample)s."),
        _("Remove them, and upload it again."),
    ),
    "knowledge_iban": (
        _("%(document)s holds numbers of bank accounts (%(count)s), such as %(sample)s."),
        _("Remove those that are not yours to give, and upload it again."),
    ),
    "knowledge_id": (
        _("%(document)s holds people's identity numbers (%(count)s), such as %(sample)s."),
        _("Remove them, and upload it again."),
    ),
    "knowledge_key": (
        _("%(document)s holds a key or password: %(sample)s."),
        _("Remove it, upload the document again, and replace the key: it may have been read."),
    ),
    "leak_bait": (
        _("It asks models to ignore their orders or to tell their instructions: “%(quote)s”."),
        _("Take this out: it is used against other people's assistants."),
    ),
    "asks_secrets": (
        _("It asks people for passwords or payment cards: “%(quote)s”."),
        _("Take this out. What has to be connected is connected by Bottega, which keeps it safe."),
    ),
    "hides_things": (
        _("It is told to hide from people what it does: “%(quote)s”."),
        _("Take this out. People have to know what happens with what they type."),
    ),
    "claims_human": (
        _("It is told to say that it is a person: “%(quote)s”."),
        _("Let it say that it is an assistant when somebody asks."),
    ),
    "hidden_characters": (
        _("Characters that nobody sees stand there."),
        _("Type the text anew, without copying it from elsewhere."),
    ),
    "copy": (
        _("It is told exactly what %(brand)s is told, which is somebody else's."),
        _("Make it your own, or begin from the original so that it says whose it was."),
    ),
    "thin": (
        _("It has hardly any instructions, and neither knowledge nor actions: a plain model does the same."),
        _("Give it knowledge, actions or instructions of its own."),
    ),
    "statement_differs": (
        _("Your words and what was worked out differ: “%(quote)s”. In fact: %(fact)s"),
        _("Change the words, or take the capability out."),
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a check found.

    Attributes:
        code: a key of WORDS.
        where: a key of PLACES.
        facts: what the sentence names; short, and masked where it is personal or secret.
    """

    code: str
    severity: Severity
    where: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What was found, in the active language."""
        return str(WORDS[self.code][0]) % dict(self.facts)

    @property
    def advice(self) -> str:
        """What to do about it, in the active language."""
        return str(WORDS[self.code][1])

    @property
    def place(self) -> str:
        """Where it was found, in the active language."""
        return str(PLACES.get(self.where, self.where))

    @property
    def is_serious(self) -> bool:
        """Whether somebody has to look before it is open to everybody."""
        return self.severity == SERIOUS

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "code": self.code,
            "severity": self.severity,
            "where": self.where,
            "facts": dict(self.facts),
        }


def read_findings(documents: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Kept findings; those of an earlier release, whose words are gone, are left out."""
    return [
        Finding(item["code"], item["severity"], item["where"], item.get("facts", {}))
        for item in documents
        if item.get("code") in WORDS
    ]


def quoted(text: str, start: int, end: int, *, around: int = 30) -> str:
    """The words around a match, cut at spaces, for a sentence."""
    cut = text[max(0, start - around) : end + around]
    return " ".join(cut.split())[:120]


def masked(value: str) -> str:
    """A personal or secret value of which only its ends can be read."""
    words = "".join(value.split())
    return f"{words[:2]}…{words[-2:]}" if len(words) > 6 else "…"
