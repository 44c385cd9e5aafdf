"""What is looked at before a draft becomes a version. Other rooms add theirs to `kernel.registries.publish_checks`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assistants.building.models import Assistant
from assistants.building.policy_impacts import may_use_model
from assistants.building.specification import Specification
from assistants.knowledge.standing import sources_standing
from kernel import registries
from kernel.registries import PublishCheck, PublishProblem
from organisations.actors import Actor
from organisations.policy import policy_of
from providers.catalogue import ModelInfo, find_model, successor_of

SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:sk|pk|rk|bk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9]{16,}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}"
)
NAMES_SHOWN = 5
WARNED_DAYS = 60  # before a model ends


@dataclass(frozen=True)
class CheckResult:
    """One check and what it found; nothing found is a pass."""

    name: str
    label: str | Promise
    problems: tuple[PublishProblem, ...]

    @property
    def passed(self) -> bool:
        return not self.problems

    @property
    def blocking(self) -> bool:
        return any(problem.blocking for problem in self.problems)


def run_checks(actor: Actor, assistant: Assistant, specification: Specification) -> list[CheckResult]:
    """Run every registered check over a draft, in the open scope of its organisation."""
    return [
        CheckResult(
            check.name, check.label or check.name, tuple(check.check(actor, assistant, specification))
        )
        for check in registries.publish_checks
    ]


def check_name(actor: Actor, assistant: Assistant, specification: Specification) -> Sequence[PublishProblem]:
    """It has a name; better, a sentence too."""
    if not specification.profile.name:
        return [
            PublishProblem("name_missing", _("It has no name yet. Give it one under Configure, Profile."))
        ]
    if not specification.profile.tagline:
        message = _("It has no sentence that says what it does. People choose by it.")
        return [PublishProblem("tagline_missing", message, blocking=False)]
    return []


def check_model(actor: Actor, assistant: Assistant, specification: Specification) -> Sequence[PublishProblem]:
    """It has a model that is offered now."""
    chosen = specification.model.id
    if not chosen:
        return [PublishProblem("model_missing", _("No model is chosen. Choose one under Configure, Model."))]
    model = find_model(chosen, organisation=actor.organisation)
    if model is None or not model.offered:
        message = _(
            "The model %(model)s is no longer offered here. Choose another one under Configure, Model."
        )
        return [PublishProblem("model_unknown", message % {"model": model.name if model else chosen})]
    if not may_use_model(actor.organisation, policy_of(actor.organisation), chosen):
        message = _(
            "The policy of your organisation does not allow %(model)s. Choose another model under Configure, Model."
        )
        return [PublishProblem("model_forbidden", message % {"model": model.name})]
    return [*_ending(actor, model), *_fallback_problems(actor, specification.model.fallback)]


def _ending(actor: Actor, model: ModelInfo) -> Iterator[PublishProblem]:
    """That the model was, or soon is, switched off."""
    if model.shutdown_on is None or model.days_left is None or model.days_left > WARNED_DAYS:
        return
    words = {"model": model.name, "day": date_format(model.shutdown_on)}
    if model.ended:
        message = _("%(model)s was switched off on %(day)s. Choose another model under Configure, Model.")
        yield PublishProblem("model_ended", message % words)
        return
    successor = successor_of(model, organisation=actor.organisation)
    if successor is None:
        message = _("%(model)s is switched off on %(day)s, and nothing takes its place. Plan another model.")
    else:
        message = _("%(model)s is switched off on %(day)s. From then on %(successor)s answers.")
        words["successor"] = successor.name
    yield PublishProblem("model_ends", message % words, blocking=False)


def _fallback_problems(actor: Actor, fallback: str) -> Iterator[PublishProblem]:
    """That the model which should stand in could not."""
    if not fallback:
        return
    model = find_model(fallback, organisation=actor.organisation)
    if model is None or not model.offered or model.ended:
        message = _(
            "The fallback model %(model)s answers no more. Choose another one under Configure, Model."
        )
        words = {"model": model.name if model else fallback}
        yield PublishProblem("fallback_gone", message % words, blocking=False)
    elif not may_use_model(actor.organisation, policy_of(actor.organisation), fallback):
        message = _("The policy of your organisation does not allow the fallback model %(model)s.")
        yield PublishProblem("fallback_forbidden", message % {"model": model.name}, blocking=False)


def check_sources(
    actor: Actor, assistant: Assistant, specification: Specification
) -> Sequence[PublishProblem]:
    """Its sources are ready; those that are not stay out of the version."""
    return list(_source_problems(assistant, specification))


def _source_problems(assistant: Assistant, specification: Specification) -> Iterator[PublishProblem]:
    standing = sources_standing(assistant.source_set)
    if standing.working:
        message = ngettext(
            "One source is still being read and will not be part of this version: %(names)s.",
            "%(count)s sources are still being read and will not be part of this version: %(names)s.",
            len(standing.working),
        )
        yield PublishProblem("sources_working", message % _listed(standing.working), blocking=False)
    if standing.failed:
        message = ngettext(
            "One source could not be read and will not be part of this version: %(names)s.",
            "%(count)s sources could not be read and will not be part of this version: %(names)s.",
            len(standing.failed),
        )
        yield PublishProblem("sources_failed", message % _listed(standing.failed), blocking=False)
    if specification.answer_policy.grounding == "only" and not standing.ready:
        message = _("It answers only from sources, and has none. It will always say that it does not know.")
        yield PublishProblem("no_sources", message, blocking=False)


def _listed(names: Sequence[str]) -> dict[str, object]:
    shown = ", ".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
    return {"count": len(names), "names": shown}


def check_secrets(
    actor: Actor, assistant: Assistant, specification: Specification
) -> Sequence[PublishProblem]:
    """No key or password stands in what the model is told: people can get it to repeat that."""
    told = specification.instructions
    if not SECRET.search(
        "\n".join((told.role, told.behaviour, told.output_format, told.text, *told.must_never))
    ):
        return []
    message = _(
        "Something in the instructions looks like a key or password. People can get a model to repeat it: remove it."
    )
    return [PublishProblem("secret_in_instructions", message)]


def register() -> None:
    """Add this room's checks."""
    for name, label, check in (
        ("building.name", gettext_lazy("Name and description"), check_name),
        ("building.model", gettext_lazy("Model"), check_model),
        ("building.sources", gettext_lazy("Sources"), check_sources),
        ("building.secrets", gettext_lazy("No secrets in the instructions"), check_secrets),
    ):
        registries.publish_checks.register(PublishCheck(name, check, label))
