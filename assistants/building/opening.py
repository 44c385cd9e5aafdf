"""Opening an assistant to others: what the organisation's policy says about it, and asking a second person.

Who is approved gets exactly the version that was looked at: a later change of the draft does not slip in.
"""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries import email_is_verified
from assistants.building.disclosures import derive_disclosure, widened
from assistants.building.models import Assistant, Publication, Version
from assistants.building.queries import specification_of
from assistants.building.reaching import check_privacy_policies, payload_of, unapproved_reach
from assistants.building.slugs import check_slug
from assistants.building.specification import Specification
from kernel import registries
from kernel.errors import Conflict, InvalidInput, PermissionDenied
from kernel.outbox import publish_event
from organisations.actions.request_approval import ApprovalPending, request_approval
from organisations.actors import Actor
from organisations.approvals import pending_approval
from organisations.audit import record_audit
from organisations.models import Approval, Organisation
from organisations.permissions import Permission, require
from organisations.policy import PolicyDocument, policy_of
from organisations.policy_rules import require_allowed

KIND = "publication"
REACH_KIND = "action_reach"
KINDS = (KIND, REACH_KIND)
PRIVATE, MEMBERS, LINK, PUBLIC = (
    Publication.Visibility.PRIVATE,
    Publication.Visibility.ORGANISATION,
    Publication.Visibility.LINK,
    Publication.Visibility.PUBLIC,
)


class EmailNotVerified(PermissionDenied):
    code = "email_not_verified"
    user_message = gettext_lazy(
        "Confirm your e-mail address before you publish to everybody. Ask for a new message under Account, E-mail."
    )


class LinksForbidden(PermissionDenied):
    code = "policy_forbids"
    user_message = gettext_lazy(
        "The policy of %(organisation)s does not let assistants be shared by link. Publish it to the organisation, or ask"
        " an administrator to change the policy."
    )


class PublicationSuspended(Conflict):
    code = "publication_suspended"
    user_message = gettext_lazy(
        "This assistant was suspended by whoever runs this server. Ask them what to change."
    )


class NewerVersionLive(Conflict):
    code = "newer_version_live"
    user_message = gettext_lazy(
        "Version %(live)s is live already, so version %(asked)s cannot be approved any more. Refuse this request."
    )


def check_may_open(actor: Actor, publication: Publication | None, wanted: str) -> None:
    """Refuse to open an assistant to people to whom the actor may not open it.

    Args:
        publication: as it stands; None before the first version.

    Raises:
        PermissionDenied: others may use it, or will, and the actor may not publish.
        EmailNotVerified: it becomes public, and the actor's address is not confirmed.
        PolicyForbids, LinksForbidden: the organisation's policy is against it.
    """
    if wanted != PRIVATE or (publication is not None and publication.reaches_others):
        require(actor, Permission.PUBLISH_ASSISTANTS)
    if wanted == PUBLIC and not (actor.user and email_is_verified(actor.user)):
        raise EmailNotVerified
    publishing = policy_of(actor.organisation).publishing
    if wanted == PUBLIC:
        require_allowed(actor, publishing.store, gettext_lazy("publish to the public store"))
    elif wanted in (MEMBERS, LINK):  # what is shared by link stands in the directory too
        require_allowed(actor, publishing.directory, gettext_lazy("publish to the organisation"))
    if wanted == LINK and not publishing.links:
        raise LinksForbidden(organisation=actor.organisation.name)


def needs_approval(policy: PolicyDocument, wanted: str) -> bool:
    """Whether a second person has to agree before an assistant is opened; everybody includes the organisation."""
    publishing = policy.publishing
    if wanted == PUBLIC:
        return publishing.store_approval or publishing.directory_approval
    return wanted in (MEMBERS, LINK) and publishing.directory_approval


def word_needed(actor: Actor, version: Version, wanted: str, *, agreed: bool = False) -> str:
    """Why a second person has to agree before some people get a version; empty where nobody has to.

    Args:
        agreed: whether those who may use it were given this version before.

    Returns:
        The kind of the request: one about publishing covers what its actions reach too.

    Raises:
        PrivacyPolicyMissing: everybody would use what calls a service that names no privacy policy.
    """
    if wanted == PUBLIC:
        check_privacy_policies(version)
    if wanted == PRIVATE:
        return ""
    if not agreed and needs_approval(policy_of(actor.organisation), wanted):
        return KIND
    return REACH_KIND if unapproved_reach(actor, version) else ""


def opens_nothing(publication: Publication, wanted: str) -> bool:
    """Whether all who could use it afterwards can use the same version now."""
    if wanted == PRIVATE or not publication.is_live:
        return wanted == PRIVATE
    return publication.visibility == wanted or (
        wanted == MEMBERS and publication.visibility in (LINK, PUBLIC)
    )


def held_back(actor: Actor, publication: Publication, version: Version, wanted: str) -> bool:
    """Whether a room holds back what would be open to everybody; it has written down that somebody wants it so.

    What everybody can use already is not held back: it is looked at while it is open.
    """
    if wanted != PUBLIC or opens_nothing(publication, wanted):
        return False
    held = [gate(actor, publication, version) for gate in registries.public_gates]  # each writes down its own
    return any(held)


def version_held(actor: Actor, publication: Publication | None, version: Version) -> bool:
    """Whether a room holds back a new version of what everybody can use, which keeps the present one meanwhile.

    It has written down that somebody wants it; `release_held` lets it go live.
    """
    if publication is None or not publication.is_live or publication.visibility != PUBLIC:
        return False
    if version.pk in (publication.live_version_id, publication.candidate_id):
        return False
    held = [gate(actor, publication, version) for gate in registries.version_gates]
    return any(held)


def request_opening(
    *,
    actor: Actor,
    assistant: Assistant,
    version: Version,
    visibility: str,
    slug: str | None = None,
    terms: dict[str, Any] | None = None,
    kind: str = KIND,
) -> Approval:
    """Ask a second person to open one version to some people.

    Args:
        terms: how it is to go live: `share` in percent for a staged roll-out, `moves_conversations`, `over` for the
            number of the live version that it is to follow, where that may be the newer one.
        kind: why somebody has to agree: to publishing as such, or to what the version's actions newly reach.

    Raises:
        ApprovalPending: the assistant waits for one already.
        InvalidInput: a slug that cannot be used.
    """
    label = f"{assistant.label[:180]} v{version.number}"  # read in every language
    if pending_opening(actor.organisation, assistant.public_id):
        raise ApprovalPending(subject=label)
    return request_approval(
        actor=actor,
        kind=kind,
        subject_type="assistant",
        subject_id=assistant.public_id,
        label=label,
        payload={
            "version": version.public_id,
            "number": version.number,
            "visibility": str(visibility),
            "slug": check_slug(slug) if slug is not None else None,
            "reach": payload_of(unapproved_reach(actor, version)),
            **(terms or {}),
        },
        reason=version.note,
        authors=(version.author_id,) if version.author_id else (),
    )


def pending_opening(organisation: Organisation, assistant_id: str) -> Approval | None:
    """The open request about an assistant, in the organisation's scope."""
    return pending_approval(organisation, assistant_id, *KINDS)


def face_of_version(version: Version, specification: Specification) -> dict[str, Any]:
    """What a publication repeats of its live version."""
    profile = specification.profile
    return {
        "live_version": version,
        "name": profile.name,
        "tagline": profile.tagline,
        "picture_seed": profile.picture,
        "welcome_message": profile.welcome_message,
        "starters": list(profile.starters),
        "language": specification.language,
        "disclosure": disclosure_of(version),
    }


def disclosure_of(version: Version, candidate: Version | None = None) -> dict[str, Any]:
    """What people are told who get a version, or by chance the candidate of a roll-out: then what both mean."""
    told = derive_disclosure(
        specification_of(version),
        version.assistant.origin,
        organisation=version.organisation_id,
        revisions=version.revisions,
    )
    return told if candidate is None else widened(told, disclosure_of(candidate))


def save_opened(publication: Publication, **changes: Any) -> None:
    """Save a publication whose public name may be taken.

    Raises:
        InvalidInput: somebody has the slug.
    """
    for name, value in changes.items():
        setattr(publication, name, value)
    try:
        with transaction.atomic():
            publication.save(update_fields=[*changes, "updated_at"])
    except IntegrityError as error:
        message = _("Somebody has this name already. Choose another one.")
        raise InvalidInput.on("slug", "slug_taken", message) from error


def standing_of(version: Version | None) -> dict[str, Any] | None:
    """A version, for the audit log."""
    return {"version": version.number, "content_hash": version.content_hash} if version else None


def announce_version(
    actor: Actor,
    publication: Publication,
    assistant: Assistant,
    before: Version | None,
    version: Version,
    **detail: str,
) -> None:
    """Log and tell that another version is live."""
    facts = {"assistant": assistant.public_id, "version": version.number, **publication.facts}
    was, now = standing_of(before), standing_of(version)
    record_audit(actor, "assistant.published", assistant, before=was, after=now, **detail)
    publish_event(actor.organisation, "assistant.published", facts)
