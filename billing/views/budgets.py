"""Budgets: what may be spent, what is gone of it, and who spends what."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from billing.actions.set_budget import access_budget, change_budget, remove_budget, set_budget
from billing.budgets.forms import LimitForm
from billing.budgets.page import budget_rows, form_of, spender_rows
from billing.budgets.refusals import raisers
from billing.budgets.spending import KINDS, By
from billing.dashboards.files import table
from billing.dashboards.panels import budgets_panel, spenders_panel
from billing.prices import this_month
from billing.queries import allowance_status
from kernel.errors import DomainError
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

SEES = Permission.VIEW_USAGE
MANAGES = Permission.MANAGE_BILLING


@organisation_page(SEES)
def budget_list(request: OrganisationRequest) -> HttpResponse:
    """All budgets as they stand, and who spends what."""
    return _page(request)


@organisation_page(SEES)
def budget_export(request: OrganisationRequest) -> HttpResponse:
    """All budgets as a table for spreadsheets."""
    return table(f"budgets-{this_month():%Y-%m}", *budgets_panel(request.actor))


@organisation_page(SEES)
def spender_export(request: OrganisationRequest) -> HttpResponse:
    """Who spends what, as a table for spreadsheets."""
    by = _by(request)
    return table(f"spent-by-{by}-{this_month():%Y-%m}", *spenders_panel(request.actor, by))


@organisation_page(MANAGES, methods=("POST",))
def budget_set(request: OrganisationRequest) -> HttpResponse:
    """Set a new one."""
    with tenant_scope(request.actor.organisation):
        form = form_of(request.actor, request.POST)
        valid = form.is_valid()
    if not valid:
        return _page(request, form=form, status=400)
    try:
        set_budget(actor=request.actor, **form.values())
    except DomainError as refused:
        return _page(request, form=form, problem=_words_of(refused), status=refused.status)
    messages.success(request, _("The budget is set. It begins with what was spent this month already."))
    return redirect("billing:budgets")


@organisation_page(MANAGES, methods=("GET", "POST"))
def budget_edit(request: OrganisationRequest, budget_id: str) -> HttpResponse:
    """One row, to be edited in its place."""
    problem = ""
    if request.method == "POST":
        try:
            change_budget(actor=request.actor, budget_id=budget_id, **LimitForm(request.POST).values())
        except DomainError as refused:
            if not request.headers.get("HX-Request"):
                raise
            problem = _words_of(refused)
        else:
            return _row(request, budget_id) if request.headers.get("HX-Request") else _saved(request)
    return _row(request, budget_id, editing=True, problem=problem)


@organisation_page(SEES)
def budget_row(request: OrganisationRequest, budget_id: str) -> HttpResponse:
    """One row as it stands."""
    return _row(request, budget_id)


@organisation_page(MANAGES, methods=("POST",))
def budget_remove(request: OrganisationRequest, budget_id: str) -> HttpResponse:
    """Let one end."""
    remove_budget(actor=request.actor, budget_id=budget_id)
    if request.headers.get("HX-Request"):
        return HttpResponse("")  # its row goes
    messages.success(request, _("The budget is gone. What it counted is kept until the month ends."))
    return redirect("billing:budgets")


@organisation_page(Permission.USE_ASSISTANTS)
def limit_card(request: OrganisationRequest) -> HttpResponse:
    """What a chat shows where a budget or the allowance is used up: the allowance, and who can raise it."""
    actor = request.actor
    context = {
        "allowance": allowance_status(actor.organisation),
        "people": raisers(actor.organisation.pk),
        "sees": actor.can(SEES),
        "manages": actor.can(MANAGES),
    }
    return TemplateResponse(request, "billing/budgets/_card.html", context)


def _page(
    request: OrganisationRequest, *, form: object = None, problem: str = "", status: int = 200
) -> HttpResponse:
    actor, asked = request.actor, request.GET
    by = _by(request)
    with tenant_scope(actor.organisation):
        context = {
            "nav": "organisation",
            "rows": budget_rows(actor),
            "by": by,
            "spenders": spender_rows(actor, by),
            "form": form or form_of(actor, scope=asked.get("scope", ""), subject=asked.get("subject", "")),
            "opened": bool(form or asked.get("scope")),
            "allowance": allowance_status(actor.organisation),
            "manages": actor.can(MANAGES),
            "problem": problem,
        }
        return TemplateResponse(request, "billing/budgets/budgets.html", context, status=status).render()


def _by(request: OrganisationRequest) -> By:
    return next((kind for kind in KINDS if kind == request.GET.get("by")), KINDS[0])


def _row(
    request: OrganisationRequest, budget_id: str, *, editing: bool = False, problem: str = ""
) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        (row,) = budget_rows(request.actor, [access_budget(request.actor, budget_id)])
    context = {
        "row": row,
        "editing": editing,
        "problem": problem,
        "manages": request.actor.can(MANAGES),
    }
    return TemplateResponse(request, "billing/budgets/_row.html", context)


def _saved(request: OrganisationRequest) -> HttpResponse:
    messages.success(request, _("The budget is saved."))
    return redirect("billing:budgets")


def _words_of(refused: DomainError) -> str:
    return " ".join(error.message for error in refused.errors) or refused.message
