"""The page where a draft is published, and withdrawn."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries import email_is_verified
from assistants.building.actions.publish import publish
from assistants.building.actions.unpublish import unpublish
from assistants.building.checks import CheckResult, run_checks
from assistants.building.disclosures import derive_disclosure, in_words, reach_chip
from assistants.building.forms import PublishForm
from assistants.building.models import Publication
from assistants.building.opening import LINK, MEMBERS, PUBLIC, check_may_open, pending_opening
from assistants.building.reaching import draft_reach
from assistants.building.views.builder import Builder, open_builder
from billing.terms import in_words as in_prices
from billing.terms import offers_of
from kernel.errors import DomainError
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

# The store draws its own part of this page, where that room is there.
LISTING_PANEL = "store:listing_panel"
PUBLIC_PATH = "/a/"


@dataclass(frozen=True)
class Audience:
    """One answer to the question who may use it."""

    value: str
    label: str | Promise
    sentence: str | Promise
    icon: str
    refused: str = ""


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("GET", "POST"))
def assistant_publish(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Look at what publishing means, and do it."""
    if request.method != "POST":
        return _page(request, assistant_id, None)
    form = PublishForm(request.POST)
    if form.is_valid():
        with form.showing_refusals():
            _publish(request, assistant_id, form.cleaned_data)
    if form.errors:
        with tenant_scope(request.actor.organisation):
            return _page(request, assistant_id, form).render()
    return redirect("building:assistant_publish", assistant_id)


def _publish(request: OrganisationRequest, assistant_id: str, values: dict[str, Any]) -> None:
    version = publish(
        actor=request.actor,
        assistant_id=assistant_id,
        visibility=values["visibility"],
        slug=values["slug"].strip() or None,
        note=values["note"],
        changes=values["changes"],
        moves_conversations=values["moves_conversations"],
    )
    with tenant_scope(request.actor.organisation):
        waiting = pending_opening(request.actor.organisation, assistant_id)
        live = Publication.objects.for_organisation(request.actor.organisation).filter(
            live_version_id=version.pk
        )
        goes_live = live.exists()
    if waiting and waiting.payload["version"] == version.public_id:
        words = _("Version %(number)s waits for somebody else's approval.")
    elif not goes_live:
        words = _(
            "Version %(number)s waits for the store's moderators. Until then the present one stays live."
        )
    else:
        words = _("Version %(number)s is live.")
    messages.success(request, words % {"number": version.number})


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_unpublish(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Withdraw it from everybody."""
    withdrawn = unpublish(actor=request.actor, assistant_id=assistant_id)
    messages.success(
        request, _("%(name)s is withdrawn. Nobody gets an answer from it now.") % {"name": withdrawn.name}
    )
    return redirect("building:assistant_publish", assistant_id)


def _page(request: OrganisationRequest, assistant_id: str, form: PublishForm | None) -> TemplateResponse:
    builder = open_builder(request.actor, assistant_id, "publish")
    publication = builder.publication
    panel = _listing_panel(builder) if publication else ""
    checks = run_checks(request.actor, builder.assistant, builder.specification)
    chosen = form["visibility"].value() if form else None
    told = derive_disclosure(builder.specification, organisation=request.actor.organisation)
    context = {
        "builder": builder,
        "publication": publication,
        "form": form or PublishForm(initial=_present(publication)),
        "audiences": _audiences(builder),
        "chosen": chosen or (publication.visibility if publication else Publication.Visibility.PRIVATE),
        "checks": checks,
        "passed": sum(check.passed for check in checks),
        "blocked": any(check.blocking for check in checks),
        "warnings": _warnings(checks),
        "disclosure": in_words(told),
        "reach": reach_chip(told),
        "price": in_prices(offers_of(builder.assistant.public_id)[:1]),
        "new_reach": draft_reach(request.actor, assistant_id, builder.specification),
        "next_number": builder.version_count + 1,
        "address": f"{settings.PUBLIC_URL}{PUBLIC_PATH}{publication.slug}" if publication else "",
        "may_fork_out": builder.may_publish and builder.may_share,
        "waiting": pending_opening(request.actor.organisation, assistant_id),
        "listing_panel": panel,
        # Once there is something to list, the store's own panel asks who may use it.
        "asks_who": not panel,
    }
    return TemplateResponse(request, "building/publish.html", context)


def _present(publication: Publication | None) -> dict[str, str]:
    return {"slug": publication.slug, "visibility": publication.visibility} if publication else {}


def _warnings(checks: list[CheckResult]) -> int:
    return sum(not check.passed and not check.blocking for check in checks)


def _audiences(builder: Builder) -> list[Audience]:
    organisation = builder.actor.organisation.name
    publishers_only = (
        "" if builder.may_publish else _("Only publishers may open it to others. Ask one of yours.")
    )
    user = builder.actor.user
    unverified = (
        "" if user and email_is_verified(user) else _("Confirm your e-mail address first, under Account.")
    )
    return [
        Audience(
            "private",
            gettext_lazy("Only those it is shared with"),
            _("Whom you gave it to under Share"),
            "lock",
        ),
        Audience(
            "organisation",
            organisation,
            _("Everybody in it, by its directory"),
            "building-2",
            publishers_only or _policy_refusal(builder, MEMBERS),
        ),
        Audience(
            "link",
            _("Anyone with the link"),
            _("Not listed, no search"),
            "link",
            publishers_only or _policy_refusal(builder, LINK),
        ),
        Audience(
            "public",
            _("The public store"),
            _("Everybody can find it"),
            "store",
            publishers_only or unverified or _policy_refusal(builder, PUBLIC),
        ),
    ]


def _policy_refusal(builder: Builder, wanted: str) -> str:
    """Why the organisation's policy does not let it be opened to some people; empty where it does."""
    try:
        check_may_open(builder.actor, builder.publication, wanted)
    except DomainError as refusal:
        return refusal.message
    return ""


def _listing_panel(builder: Builder) -> str:
    try:
        return reverse(LISTING_PANEL, args=[builder.id])
    except NoReverseMatch:
        return ""
