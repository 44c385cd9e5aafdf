"""What is looked at in a definition's actions before it becomes a version."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.disclosing import host_of
from assistants.actions.models import Action, ToolApproval
from assistants.actions.queries import operation_keys
from assistants.connections.auth_settings import stored_settings
from assistants.connections.hosts import foreign_hosts
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import connection_for
from kernel import registries
from kernel.registries import PublishCheck, PublishProblem
from organisations.actors import Actor
from organisations.models import Organisation
from organisations.policy import PolicyDocument, policy_of
from organisations.policy_rules import host_allowed
from providers.catalogue import default_chat_model, find_model


def check_actions(actor: Actor, assistant: Any, specification: Any) -> Sequence[PublishProblem]:
    """Its actions are there, may be called, and can be signed."""
    uses = {use.id: use.operations for use in specification.actions if use.operations}
    if not uses:
        return []
    rows = Action.objects.for_organisation(actor.organisation).filter(public_id__in=uses, deleted_at=None)
    actions = {action.public_id: action for action in rows.select_related("profile")}
    known = operation_keys(actor.organisation, assistant.public_id)
    changed = _changed_tools(actor, actions)
    policy = policy_of(actor.organisation)
    silent = unable_model(actor.organisation, specification.model.id)
    unable = [PublishProblem("model_calls_no_tools", _silent_words(silent), blocking=False)] if silent else []
    return unable + [
        problem
        for action_id, keys in uses.items()
        for problem in _problems(
            actor, policy, actions.get(action_id), keys, known.get(action_id, set()), changed
        )
    ]


def unable_model(organisation: Organisation, model_id: str) -> str:
    """The label of a model that calls no tools, so that nothing of an action ever happens; empty for one that does.

    Args:
        model_id: as a definition names it; empty for the installation's default.
    """
    model = find_model(model_id, organisation=organisation) if model_id else default_chat_model()
    return "" if model is None or model.capabilities.get("tools") else model.name


def _silent_words(model: str) -> str:
    return _(
        "%(model)s is not known to call tools, so none of the actions would ever be called. Choose another model under"
        " Configure, or ask whoever runs this server to note in its catalogue that it does."
    ) % {"model": model}


def _changed_tools(actor: Actor, actions: dict[str, Action]) -> set[tuple[str, str]]:
    rows = ToolApproval.objects.for_organisation(actor.organisation).filter(action__in=actions.values())
    return set(rows.values_list("action__public_id", "operation"))


def _problems(
    actor: Actor,
    policy: PolicyDocument,
    action: Action | None,
    keys: Sequence[str],
    known: set[str],
    changed: set[tuple[str, str]],
) -> Iterator[PublishProblem]:
    if action is None:
        message = _("An action that it uses was removed. Take it out under Actions.")
        yield PublishProblem("action_removed", message)
        return
    words = {"name": action.name, "host": host_of(action.server_url)}
    if action.paused:
        message = _("%(name)s is paused, so nothing of it can be called until somebody resumes it.")
        yield PublishProblem("action_paused", message % words, blocking=False)
    if not host_allowed(policy.hosts, words["host"]):
        message = _(
            "The policy of your organisation does not allow calls to %(host)s, which %(name)s needs. Switch it off under"
            " Actions, or ask an administrator to allow the host."
        )
        yield PublishProblem("host_forbidden", message % words)
    gone = [key for key in keys if key not in known]
    if gone:
        message = _("%(name)s no longer offers %(names)s. Look at its operations under Actions.")
        yield PublishProblem(
            "operations_gone", message % (words | {"names": ", ".join(gone)}), blocking=False
        )
    waiting = [key for key in keys if (action.public_id, key) in changed]
    if waiting:
        message = _(
            "The server of %(name)s changed what it says about %(names)s. Look at that, and approve it, under Actions."
        )
        yield PublishProblem("tools_changed", message % (words | {"names": ", ".join(waiting)}))
    yield from _signing_problems(actor, action, words)
    if not action.privacy_policy_url:
        message = _(
            "%(name)s names no privacy policy. It needs one before the assistant can be published to everybody."
        )
        yield PublishProblem("privacy_policy_missing", message % words, blocking=False)


def _signing_problems(actor: Actor, action: Action, words: dict[str, str]) -> Iterator[PublishProblem]:
    profile = action.profile
    if profile is None or profile.deleted_at or profile.kind == AuthProfile.Kind.NONE:
        return
    oauth = stored_settings(profile.document).oauth
    if oauth is not None and not profile.hosts_confirmed:
        strange = foreign_hosts(profile.origin, [oauth.authorization_url, oauth.token_url])
        if strange:
            message = _(
                "People would consent at %(hosts)s, which does not belong to %(host)s. Confirm that under Actions, or"
                " change it."
            )
            yield PublishProblem("oauth_host_unconfirmed", message % (words | {"hosts": ", ".join(strange)}))
    by_itself = oauth is not None and oauth.grant == "client_credentials"
    if profile.owner == AuthProfile.Owner.USER or by_itself:
        return
    present = connection_for(profile, actor.organisation, None)
    if present is None or present.state != Connection.State.ACTIVE:
        message = _(
            "%(name)s is signed with your organisation's account, and none is connected. Connect it first."
        )
        yield PublishProblem("action_unconnected", message % words)


def register() -> None:
    """Add this room's check."""
    registries.publish_checks.register(PublishCheck("actions", check_actions, gettext_lazy("Actions")))
