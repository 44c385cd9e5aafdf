"""Machines that act by themselves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.actions.create_service_account import create_service_account
from organisations.actions.disable_service_account import disable_service_account
from organisations.actions.update_service_account import update_service_account
from organisations.key_forms import ServiceAccountForm
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.queries import access_service_account, keys_of_service_account, service_accounts
from organisations.ranks import may_grant


@organisation_page(Permission.MANAGE_SERVICE_ACCOUNTS)
def service_account_list(request: OrganisationRequest) -> HttpResponse:
    """List service accounts."""
    rows = service_accounts(request.actor.organisation)
    page = paginate(rows, cursor=request.GET.get("cursor"), limit=25)
    return render(request, "organisations/service_account_list.html", {"page": page})


@organisation_page(Permission.MANAGE_SERVICE_ACCOUNTS)
def service_account_new(request: OrganisationRequest) -> HttpResponse:
    """Ask what a new service account is for."""
    form = ServiceAccountForm(actor=request.actor)
    return render(request, "organisations/service_account_new.html", {"form": form})


@organisation_page(Permission.MANAGE_SERVICE_ACCOUNTS, methods=("POST",))
def service_account_create(request: OrganisationRequest) -> HttpResponse:
    """Make a service account; its page offers the first key."""
    form = ServiceAccountForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return TemplateResponse(request, "organisations/service_account_new.html", {"form": form}, status=400)
    account = create_service_account(
        actor=request.actor, name=form.cleaned_data["name"], permissions=form.chosen()
    )
    messages.success(request, _("“%(name)s” is ready. Make its first key.") % {"name": account.name})
    return redirect("organisations:service_account", account.public_id)


@organisation_page(Permission.MANAGE_SERVICE_ACCOUNTS)
def service_account(request: OrganisationRequest, account_id: str) -> HttpResponse:
    """Show a service account and its keys."""
    return _page(request, account_id)


@organisation_page(Permission.MANAGE_SERVICE_ACCOUNTS, methods=("POST",))
def service_account_save(request: OrganisationRequest, account_id: str) -> HttpResponse:
    """Change its name or what it may do."""
    form = ServiceAccountForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _page(request, account_id, form, status=400)
    update_service_account(
        actor=request.actor, account_id=account_id, name=form.cleaned_data["name"], permissions=form.chosen()
    )
    messages.success(request, _("Saved."))
    return redirect("organisations:service_account", account_id)


@organisation_page(Permission.MANAGE_SERVICE_ACCOUNTS, methods=("POST",))
def service_account_disable(request: OrganisationRequest, account_id: str) -> HttpResponse:
    """Disable it for good."""
    account = disable_service_account(actor=request.actor, account_id=account_id)
    messages.success(request, _("“%(name)s” is disabled.") % {"name": account.name})
    return redirect("organisations:service_account_list")


def _page(
    request: OrganisationRequest,
    account_id: str,
    form: ServiceAccountForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    actor = request.actor
    with tenant_scope(actor.organisation):
        account = access_service_account(actor.organisation, account_id)
        keys = list(keys_of_service_account(account)[:50])
    initial = {"name": account.name, "permissions": account.permissions}
    context = {
        "account": account,
        "keys": keys,
        "now": timezone.now(),
        "may_change": account.disabled_at is None and may_grant(actor, account.allowed),
        "form": form or ServiceAccountForm(actor=actor, initial=initial),
    }
    return TemplateResponse(request, "organisations/service_account.html", context, status=status)
