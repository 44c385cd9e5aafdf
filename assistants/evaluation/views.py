"""The page that lists the tests of an assistant."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from assistants.building.freezing import hash_of_draft
from assistants.building.views.builder import open_builder
from assistants.evaluation.actions.add_test_case import add_test_case
from assistants.evaluation.actions.judge_run import judge_run
from assistants.evaluation.actions.remove_test_case import remove_test_case
from assistants.evaluation.actions.require_test import require_test
from assistants.evaluation.forms import TestForm
from assistants.evaluation.queries import latest_runs, test_cases
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

SHOWN = 50


@organisation_page(Permission.BUILD_ASSISTANTS)
def test_list(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The questions that were kept, the newest first, and a form for one more."""
    return _page(request, assistant_id, TestForm())


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def test_add(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Keep a question that was written by hand."""
    form = TestForm(request.POST)
    if not form.is_valid():
        with tenant_scope(request.actor.organisation):
            return _page(request, assistant_id, form)
    add_test_case(actor=request.actor, assistant_id=assistant_id, **form.cleaned_data)
    messages.success(request, _("The test is kept."))
    return redirect("evaluation:test_list", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def test_remove(request: OrganisationRequest, assistant_id: str, test_id: str) -> HttpResponse:
    """Remove one test."""
    remove_test_case(actor=request.actor, assistant_id=assistant_id, test_id=test_id)
    messages.success(request, _("The test is removed."))
    return redirect("evaluation:test_list", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def test_require(request: OrganisationRequest, assistant_id: str, test_id: str) -> HttpResponse:
    """Say whether nothing is published before it is answered well."""
    required = request.POST.get("required") == "1"
    require_test(actor=request.actor, assistant_id=assistant_id, test_id=test_id, required=required)
    return redirect("evaluation:test_list", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def run_judge(request: OrganisationRequest, assistant_id: str, run_id: str) -> HttpResponse:
    """Say whether an answer is good."""
    good = request.POST.get("good") == "1"
    judge_run(actor=request.actor, assistant_id=assistant_id, run_id=run_id, good=good)
    return redirect("evaluation:test_list", assistant_id)


def _page(request: OrganisationRequest, assistant_id: str, form: TestForm) -> HttpResponse:
    builder = open_builder(request.actor, assistant_id, "tests")
    page = paginate(test_cases(builder.assistant), cursor=request.GET.get("cursor"), limit=SHOWN)
    runs = latest_runs(page.results, hash_of_draft(builder.assistant))
    shown = [(test, runs.get(test.pk)) for test in page.results]
    context = {"builder": builder, "page": page, "shown": shown, "form": form}
    return render(request, "evaluation/test_list.html", context, status=400 if form.errors else 200)
