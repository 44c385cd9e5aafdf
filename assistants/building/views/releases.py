"""How one version follows another, on the page of versions: at once, at a moment, or for a share first."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from assistants.building.actions.end_rollout import promote_rollout, roll_back_rollout
from assistants.building.actions.release_version import release_version
from assistants.building.actions.schedule_release import cancel_scheduled_release, schedule_release
from assistants.building.actions.set_rollout import EVERYBODY, set_rollout
from assistants.building.forms import RolloutForm, ScheduleForm
from assistants.building.models import Publication, Version
from kernel.tenancy import tenant_scope
from organisations.models import Approval
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def version_release(request: OrganisationRequest, assistant_id: str, number: int) -> HttpResponse:
    """Make a version the live one now."""
    waiting = release_version(
        actor=request.actor,
        assistant_id=assistant_id,
        number=number,
        moves_conversations="moves_conversations" in request.POST,
        without_removed_actions="without_removed_actions" in request.POST,
    )
    _say(request, waiting, _("Version %(number)s is live.") % {"number": number}, assistant_id, number)
    return redirect("building:version_list", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def rollout_put(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Begin a roll-out, or change its share."""
    form = RolloutForm(request.POST)
    if form.is_valid():
        with form.showing_refusals():
            share = form.cleaned_data["share"]
            waiting = set_rollout(
                actor=request.actor,
                assistant_id=assistant_id,
                version=form.cleaned_data["version"],
                share=share,
            )
            everybody, some = (
                _("Everybody gets it now."),
                _("%(share)s%% of new conversations get it now.") % {"share": share},
            )
            done = everybody if share == EVERYBODY else some
            _say(request, waiting, done, assistant_id, form.cleaned_data["version"])
    _say_errors(request, form)
    return redirect("building:version_list", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def rollout_promote(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Give the candidate to everybody."""
    promote_rollout(actor=request.actor, assistant_id=assistant_id)
    messages.success(request, _("Everybody gets it now."))
    return redirect("building:version_list", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def rollout_end(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Roll back."""
    roll_back_rollout(actor=request.actor, assistant_id=assistant_id)
    messages.success(request, _("Rolled back. Everybody has the live version again."))
    return redirect("building:version_list", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def schedule_put(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Let a version go live at a moment."""
    form = ScheduleForm(request.POST)
    if form.is_valid():
        with form.showing_refusals():
            scheduled = schedule_release(actor=request.actor, assistant_id=assistant_id, **form.cleaned_data)
            messages.success(
                request, _("Version %(number)s waits for its moment.") % {"number": scheduled.version.number}
            )
    _say_errors(request, form)
    return redirect("building:version_list", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def schedule_cancel(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Take the scheduled version back."""
    cancel_scheduled_release(actor=request.actor, assistant_id=assistant_id)
    messages.success(request, _("It does not go live by itself any more."))
    return redirect("building:version_list", assistant_id)


def _say(
    request: OrganisationRequest, waiting: Approval | None, done: str, assistant_id: str, number: int | None
) -> None:
    if waiting is not None:
        words = _("Version %(number)s waits for somebody else's approval.")
        messages.success(request, words % {"number": waiting.payload["number"]})
    elif _is_held(request, assistant_id, number):
        messages.success(
            request, _("It waits for the store's moderators. Until then the present version stays live.")
        )
    else:
        messages.success(request, done)


def _is_held(request: OrganisationRequest, assistant_id: str, number: int | None) -> bool:
    """Whether a version that people were to get, by default the newest, waits for moderators."""
    with tenant_scope(request.actor.organisation):
        versions = Version.objects.for_organisation(request.actor.organisation)
        named = versions.filter(assistant__public_id=assistant_id, **({"number": number} if number else {}))
        wanted = named.order_by("-number").values_list("pk", flat=True).first()
        rows = Publication.objects.for_organisation(request.actor.organisation)
        given = rows.filter(Q(live_version_id=wanted) | Q(candidate_id=wanted))
        return not given.exists()


def _say_errors(request: OrganisationRequest, form: RolloutForm | ScheduleForm) -> None:
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
