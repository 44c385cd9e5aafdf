"""What a creator looks at before a listing is sent in: each line with what to do about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assistants.building.checks import run_checks as run_publish_checks
from assistants.evaluation.queries import test_count
from organisations.actors import Actor
from store.disclosing.personal import personal_hosts
from store.models import Listing
from store.moderation.checks import run_checks
from store.moderation.findings import Finding
from store.moderation.subject import Subject, subject_of

OK, LOOK, STOP, WAIT = "ok", "look", "stop", "wait"
SECRETS = frozenset({"secret_key", "secret_looks"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line: `state` is ok, look (worth another look), stop (people look first) or wait."""

    code: str
    label: str | Promise
    state: str
    sentences: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """All lines; `ready` where nothing stops it. `review` is the operator's STORE_REVIEW."""

    ready: bool
    review: str
    items: tuple[Item, ...]


def checklist_of(actor: Actor, listing: Listing) -> Checklist:
    """Look at a listing as it would be sent in now, in the open scope of its organisation."""
    subject = subject_of(listing)
    findings = run_checks(listing)
    items = tuple(_items(actor, subject, findings))
    ready = not any(item.state in (STOP, WAIT) for item in items)
    return Checklist(ready, settings.STORE_REVIEW, items)


def _items(actor: Actor, subject: Subject, findings: list[Finding]) -> Iterator[Item]:
    listing = subject.listing
    yield _needed(
        "name", gettext_lazy("Name"), subject.shown["name"], _("Give it a name under Configure, Profile.")
    )
    yield _needed(
        "tagline",
        gettext_lazy("One sentence"),
        subject.shown["tagline"],
        _("Write one sentence that says what it does, for whom. People choose by it."),
    )
    yield _disclosure(listing)
    yield _policy(listing)
    yield _found("statements", gettext_lazy("Your words about data are so"), findings, {"statement_differs"})
    yield _tests(actor, subject)
    yield _knowledge(subject, findings)
    yield _found("secrets", gettext_lazy("No keys or passwords"), findings, SECRETS)
    named = {"statement_differs", *SECRETS}
    rest = [f for f in findings if f.code not in named and f.where != "knowledge"]
    yield _found("checks", gettext_lazy("Names, links and what the store carries"), rest, None)


def _needed(code: str, label: str | Promise, value: str, advice: str) -> Item:
    return Item(code, label, OK) if value.strip() else Item(code, label, STOP, (_("It is empty."),), advice)


def _disclosure(listing: Listing) -> Item:
    label = gettext_lazy("Disclosures are complete")
    hosts = (listing.publication.disclosure or {}).get("hosts", [])
    vague = [host["host"] for host in hosts if host["host"] != "*" and not host.get("purpose")]
    if listing.publication.disclosure and not vague:
        return Item("disclosure", label, OK)
    sentence = _("Nothing says what these are called for: %(hosts)s.") % {"hosts": ", ".join(vague)}
    advice = _("Describe the operations under Actions, and publish a new version.")
    return Item("disclosure", label, LOOK, (sentence,), advice)


def _policy(listing: Listing) -> Item:
    label = gettext_lazy("Privacy policy")
    hosts = (listing.publication.disclosure or {}).get("hosts", [])
    if listing.privacy_policy_url or not hosts:
        return Item("privacy_policy", label, OK)
    if names := personal_hosts(listing.publication.disclosure):
        told = _("It sends something about people to %(hosts)s, and names no privacy policy.")
        advice = _("Give the address of yours below. Without one it is not open to everybody.")
        return Item("privacy_policy", label, STOP, (told % {"hosts": ", ".join(names)},), advice)
    sentence = ngettext(
        "It calls an outside host, and names no privacy policy.",
        "It calls %(count)s outside hosts, and names no privacy policy.",
        len(hosts),
    ) % {"count": len(hosts)}
    return Item("privacy_policy", label, LOOK, (sentence,), _("Give the address of yours below."))


def _tests(actor: Actor, subject: Subject) -> Item:
    label = gettext_lazy("Tests")
    assistant = subject.version.assistant
    results = [
        result
        for result in run_publish_checks(actor, assistant, subject.specification)
        if result.name.startswith("evaluation")
    ]
    problems = [problem for result in results for problem in result.problems]
    if problems:
        state = STOP if any(problem.blocking for problem in problems) else LOOK
        return Item("tests", label, state, tuple(problem.message for problem in problems))
    if test_count(assistant):
        return Item("tests", label, OK)
    advice = _("Keep a few questions under Tests, with what a good answer holds.")
    return Item("tests", label, LOOK, (_("It has no tests yet."),), advice)


def _knowledge(subject: Subject, findings: Iterable[Finding]) -> Item:
    label = gettext_lazy("No sensitive data in its knowledge")
    if subject.knows and subject.listing.scan.get("version") != subject.version.public_id:
        return Item(
            "knowledge", label, WAIT, (_("Its documents are being looked through. Look again soon."),)
        )
    return _found("knowledge", label, [f for f in findings if f.where == "knowledge"], None)


def _found(code: str, label: str | Promise, findings: Iterable[Finding], codes: Iterable[str] | None) -> Item:
    mine = [f for f in findings if codes is None or f.code in codes]
    if not mine:
        return Item(code, label, OK)
    state = STOP if any(f.is_serious for f in mine) else LOOK
    sentences = tuple(f"{f.place}: {f.sentence}" for f in mine)
    return Item(code, label, state, sentences, " ".join(dict.fromkeys(f.advice for f in mine)))
