"""A person's connections."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from assistants.connections.actions.end_connection import end_connection
from assistants.connections.models import Connection
from assistants.connections.queries import unasked_profiles, visible_connections
from assistants.connections.refs import ProfileRef, start_url
from assistants.connections.scope_words import described
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@dataclass(frozen=True)
class Line:
    """A connection as the page shows it; `reconnect_url` is empty where nobody can connect: it works by client credentials."""

    connection: Connection
    scopes: list[tuple[str, str]]
    reconnect_url: str


@organisation_page(Permission.USE_ASSISTANTS)
def connection_list(request: OrganisationRequest) -> HttpResponse:
    """List what the person, and for builders the organisation, is connected to."""
    page = paginate(visible_connections(request.actor), cursor=request.GET.get("cursor"))
    unasked = unasked_profiles(request.actor.organisation, page.results)
    lines = [_line(connection, asked=connection.profile_id not in unasked) for connection in page.results]
    return render(request, "connections/connection_list.html", {"page": page, "lines": lines})


def _line(connection: Connection, *, asked: bool) -> Line:
    ref = ProfileRef(connection.profile_id, connection.profile_organisation_id)
    back = reverse("connections:connection_list")
    again = start_url(ref, return_to=back) if asked else ""
    return Line(connection, described(connection.scopes), again)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def connection_end(request: OrganisationRequest, connection_id: str) -> HttpResponse:
    """Disconnect; the dialog has said what stops working."""
    ended = end_connection(actor=request.actor, connection_id=connection_id)
    messages.success(request, _("%(host)s is disconnected.") % {"host": ended.host})
    return redirect("connections:connection_list")
