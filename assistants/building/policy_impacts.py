"""What a change of an organisation's policy means to the assistants that are live."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from assistants.building.models import Publication
from assistants.building.queries import publications
from kernel.registries import PolicyImpact
from organisations.models import Organisation
from organisations.policy import PolicyDocument
from organisations.policy_rules import host_allowed, model_allowed
from providers.catalogue import find_model

NAMES_SHOWN = 10


def _models_lost(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    if old.models == new.models:
        return ()
    lost: dict[str, list[str]] = {}
    for row in publications(organisation).filter(state=Publication.State.LIVE).order_by("name"):
        model = row.live_version.specification.get("model", {}).get("id", "")
        if may_use_model(organisation, old, model) and not may_use_model(organisation, new, model):
            lost.setdefault(model, []).append(row.name)
    return [_model_sentence(organisation, model, names) for model, names in lost.items()]


def _model_sentence(organisation: Organisation, model: str, names: Sequence[str]) -> str:
    info = find_model(model, organisation=organisation)
    sentence = ngettext(
        "%(count)s live assistant uses the model %(model)s and would stop answering: %(names)s.",
        "%(count)s live assistants use the model %(model)s and would stop answering: %(names)s.",
        len(names),
    )
    return sentence % (_listed(names) | {"model": info.name if info else model})


def may_use_model(organisation: Organisation, policy: PolicyDocument, model_id: str) -> bool:
    """Whether an organisation's policy allows a model; one that is no longer offered is nobody's concern."""
    info = find_model(model_id, organisation=organisation)
    return info is None or model_allowed(
        policy.models, model=info.id, provider=info.provider, region=info.region
    )


def _links_lost(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    if new.publishing.links or not old.publishing.links:
        return ()
    rows = publications(organisation).filter(
        state=Publication.State.LIVE, visibility=Publication.Visibility.LINK
    )
    names = list(rows.order_by("name").values_list("name", flat=True))
    sentence = ngettext(
        "%(count)s assistant that is shared by link would stop opening: %(names)s.",
        "%(count)s assistants that are shared by link would stop opening: %(names)s.",
        len(names),
    )
    return [sentence % _listed(names)] if names else ()


def _hosts_lost(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    if old.hosts == new.hosts:
        return ()
    lost: dict[str, list[str]] = {}
    for row in publications(organisation).filter(state=Publication.State.LIVE).order_by("name"):
        for host in row.disclosure.get("hosts", ()):
            name = host["host"]
            if name != "*" and host_allowed(old.hosts, name) and not host_allowed(new.hosts, name):
                lost.setdefault(name, []).append(row.name)
    return [_host_sentence(host, names) for host, names in lost.items()]


def _host_sentence(host: str, names: Sequence[str]) -> str:
    sentence = ngettext(
        "%(count)s live assistant calls %(host)s, and its calls there would be refused: %(names)s.",
        "%(count)s live assistants call %(host)s, and their calls there would be refused: %(names)s.",
        len(names),
    )
    return sentence % (_listed(names) | {"host": host})


STRICTNESS = {"declared": 0, "writes": 1, "all": 2}


def _asked_more(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    if STRICTNESS[new.actions.confirm] <= STRICTNESS[old.actions.confirm]:
        return ()
    names = [
        row.name
        for row in publications(organisation).filter(state=Publication.State.LIVE).order_by("name")
        if (row.disclosure.get("hosts") if new.actions.confirm == "all" else row.writes_outside)
    ]
    sentence = ngettext(
        "%(count)s live assistant will ask people more often, and cannot make such calls where nobody can be asked:"
        " %(names)s.",
        "%(count)s live assistants will ask people more often, and cannot make such calls where nobody can be asked:"
        " %(names)s.",
        len(names),
    )
    return [sentence % _listed(names)] if names else ()


def _listed(names: Sequence[str]) -> dict[str, object]:
    shown = ", ".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
    return {"count": len(names), "names": shown}


IMPACTS = (
    PolicyImpact("building.models", "models", _models_lost),
    PolicyImpact("building.links", "publishing", _links_lost),
    PolicyImpact("building.hosts", "hosts", _hosts_lost),
    PolicyImpact("building.confirmations", "actions", _asked_more),
)
