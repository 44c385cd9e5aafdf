"""What an organisation's policy means to knowledge: which files and web pages may become it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistants.knowledge.formats import BY_NAME, FORMATS, Format
from assistants.knowledge.models import Source
from kernel.egress import ascii_host
from kernel.errors import InvalidInput, TooLarge
from kernel.registries import PolicyImpact
from organisations.models import Organisation
from organisations.policy import PolicyDocument
from organisations.policy_rules import host_allowed

NAMES_SHOWN = 5
MEGABYTE = 1024 * 1024


class KindForbidden(InvalidInput):
    code = "policy_forbids"
    status = 415
    user_message = _(
        "The policy of your organisation does not take files of this kind: %(name)s. It takes %(kinds)s. Ask an"
        " administrator to change it."
    )


class FileAbovePolicy(TooLarge):
    code = "file_too_large"
    user_message = _("%(name)s is larger than %(limit)s, the most that your organisation's policy allows.")


class HostForbidden(InvalidInput):
    code = "policy_forbids"
    status = 403
    user_message = _(
        "The policy of your organisation does not allow pages of %(host)s. Ask an administrator to change it."
    )


def check_allowed_size(policy: PolicyDocument, name: str, size: int) -> None:
    """Refuse a file that is larger than the policy allows.

    Raises:
        FileAbovePolicy: it says the limit.
    """
    limit = policy.files.max_mb
    if limit is not None and size > limit * MEGABYTE:
        raise FileAbovePolicy(name=name, limit=f"{limit} MB")


def check_allowed_kind(policy: PolicyDocument, name: str, format_: Format) -> None:
    """Refuse a file of a kind that the policy leaves out.

    Raises:
        KindForbidden: it says which kinds are taken.
    """
    if not kind_allowed(policy, format_):
        raise KindForbidden(name=name, kinds=", ".join(policy.files.types or ()) or "–")


def check_allowed_page(policy: PolicyDocument, url: str) -> None:
    """Refuse a page of a host that the policy does not allow.

    Raises:
        HostForbidden: it says which host.
    """
    host = host_of(url)
    if not host_allowed(policy.hosts, host):
        raise HostForbidden(host=host)


def kind_allowed(policy: PolicyDocument, format_: Format) -> bool:
    """Whether files of a format may become knowledge."""
    return policy.files.types is None or format_.name in policy.files.types


def page_allowed(policy: PolicyDocument, url: str) -> bool:
    """Whether a page may be fetched: whoever asked for it, by what the policy says now."""
    return policy.building.web_knowledge.roles != () and host_allowed(policy.hosts, host_of(url))


def host_of(url: str) -> str:
    """The host of an address, as policies write it."""
    host = (urlsplit(url).hostname or "").lower().removesuffix(".")
    try:
        return ascii_host(host)
    except ValueError:
        return host


def format_choices(_organisation: Organisation) -> Sequence[tuple[str, str, str]]:
    """The kinds of files that a policy can name."""
    return [(format_.name, format_.name.upper(), ", ".join(format_.extensions)) for format_ in FORMATS]


def _pages_lost(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    if (old.hosts, old.building.web_knowledge) == (new.hosts, new.building.web_knowledge):
        return ()
    rows = Source.objects.for_organisation(organisation).filter(
        type__in=(Source.Type.URL, Source.Type.SITE), removed_at=None
    )
    urls = rows.order_by("url").values_list("url", flat=True).distinct()
    lost = [url for url in urls if page_allowed(old, url) and not page_allowed(new, url)]
    sentence = ngettext(
        "The web page %(names)s will no longer be refreshed.",
        "%(count)s web pages will no longer be refreshed: %(names)s.",
        len(lost),
    )
    return [sentence % _listed(lost)] if lost else ()


def _kinds_lost(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    gone = [f.name for f in BY_NAME.values() if kind_allowed(old, f) and not kind_allowed(new, f)]
    if not gone:
        return ()
    rows = Source.objects.for_organisation(organisation).filter(
        type=Source.Type.FILE, removed_at=None, document__format__in=gone
    )
    names = list(rows.order_by("name").values_list("name", flat=True).distinct())
    sentence = ngettext(
        "The file %(names)s stays, and can no longer be replaced by one of its kind.",
        "%(count)s files stay, and can no longer be replaced by others of their kind: %(names)s.",
        len(names),
    )
    return [sentence % _listed(names)] if names else ()


def _listed(names: Sequence[str]) -> dict[str, object]:
    shown = ", ".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
    return {"count": len(names), "names": shown}


IMPACTS = (
    PolicyImpact("knowledge.pages", "hosts", _pages_lost),
    PolicyImpact("knowledge.kinds", "files", _kinds_lost),
)
