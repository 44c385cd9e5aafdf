"""Connecting: our own page first, the service's page, and back."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.models import User
from assistants.connections.actions.begin_consent import begin_consent, digest
from assistants.connections.actions.complete_consent import Answer, complete_consent
from assistants.connections.actions.connect_with_key import connect_with_key
from assistants.connections.auth_settings import stored_settings
from assistants.connections.forms import KeyForm
from assistants.connections.hosts import foreign_hosts
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import begun_at, connection_for, look_up
from assistants.connections.refs import ProfileRef, read_profile_key, safe_return
from assistants.connections.rights import require_to_connect
from assistants.connections.scope_words import described
from kernel.errors import DomainError, InvalidInput
from kernel.registries import address_words
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.USE_ASSISTANTS, scope=False)
def start(request: OrganisationRequest, key: str) -> HttpResponse:
    """Say what would be connected, before anybody leaves for the service."""
    return _page(request, read_profile_key(key), key, request.GET.get("return_to", ""))


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def connect(request: OrganisationRequest, key: str) -> HttpResponse:
    """Begin the consent, or keep the key that was given."""
    ref = read_profile_key(key)
    back = request.POST.get("return_to", "")
    profile = look_up(ref)
    if profile.kind == AuthProfile.Kind.API_KEY:
        return _keep_key(request, ref, key, profile, back)
    session = request.session.session_key or ""
    address = begin_consent(actor=request.actor, ref=ref, session_key=session, return_to=back)
    # A page that leads on, no redirect: our policy binds forms to this site, and browsers apply that to redirects too.
    return render(request, "connections/leaving.html", {"address": address, "host": _host(address)})


@organisation_page(Permission.USE_ASSISTANTS, scope=False)
def callback(request: OrganisationRequest, assistant_id: str = "") -> HttpResponse:
    """Take what the service sent along, and lead back to where the person was."""
    given, user = request.GET, cast(User, request.user)
    request_id = getattr(request, "request_id", "")
    answer = Answer(
        state=given.get("state", ""),
        code=given.get("code", ""),
        error=given.get("error", ""),
        iss=given.get("iss", ""),
    )
    try:
        done = complete_consent(
            user=user,
            session_key=request.session.session_key or "",
            redirect_uri=f"{settings.PUBLIC_URL}{request.path}",
            answer=answer,
            request_id=request_id,
            ip=str(request.META.get("REMOTE_ADDR") or ""),
        )
    except DomainError as error:
        back = safe_return(begun_at(user, digest(answer.state)))
        if not back:
            raise
        context = {"error": error, "back": back, "request_id": request_id}
        return render(request, "connections/failed.html", context, status=error.status)
    _say(request, done.connection)
    return redirect(safe_return(done.return_to) or "connections:connection_list")


def _keep_key(
    request: OrganisationRequest, ref: ProfileRef, key: str, profile: AuthProfile, back: str
) -> HttpResponse:
    form = _form(profile, request.POST)
    if form.is_valid():
        try:
            made = connect_with_key(actor=request.actor, ref=ref, given=form.cleaned_data)
        except InvalidInput as error:
            for wrong in error.errors:
                form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
        else:
            _say(request, made)
            return redirect(safe_return(back) or "connections:connection_list")
    return _page(request, ref, key, back, form, status=400)


def _say(request: OrganisationRequest, connection: Connection) -> None:
    said = _("%(host)s is connected. Disconnect it whenever you like under Connections.")
    messages.success(request, said % {"host": connection.host})


def _page(
    request: OrganisationRequest,
    ref: ProfileRef,
    key: str,
    back: str,
    form: KeyForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    profile = look_up(ref)
    require_to_connect(request.actor, profile)
    chosen = stored_settings(profile.document)
    with tenant_scope(request.actor.organisation):
        mine = request.actor.user_id if profile.owner == AuthProfile.Owner.USER else None
        present = connection_for(profile, request.actor.organisation, mine)
    context: dict[str, Any] = {
        "profile": profile,
        "present": present,
        "key": key,
        "return_to": safe_return(back),
        "form": form or (_form(profile) if chosen.kind == "api_key" else None),
    }
    if chosen.oauth is not None:
        oauth = chosen.oauth
        context["scopes"] = described(oauth.scopes)
        context["consent_host"] = _host(oauth.authorization_url)
        context["foreign"] = foreign_hosts(profile.origin, [oauth.authorization_url, oauth.token_url])
    return TemplateResponse(request, "connections/start.html", context, status=status)


def _form(profile: AuthProfile, given: QueryDict | None = None) -> KeyForm:
    placement = stored_settings(profile.document).placement
    if placement.where != "address":
        return KeyForm(given, placement=placement)
    with tenant_scope(profile.organisation_id):
        return KeyForm(given, placement=placement, address=address_words.get()(profile))


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
