"""What a creator earned, month by month, to read and to take along; and the rules of the pool, for everybody."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from billing.earning.balances import payable
from billing.earning.files import lines_csv, movements_csv
from billing.earning.pdf import statement_pdf
from billing.earning.pool import ANSWERS_A_DAY
from billing.earning.queries import access_statement, lines_of, pool_months, statements_of
from billing.earning.words import PRICED, kind_in_words
from billing.models import StatementMonth
from billing.payments.tax_numbers import tax_number_of
from billing.shares import share_of
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission


@organisation_page(Permission.MANAGE_BILLING)
def statement_list(request: OrganisationRequest) -> HttpResponse:
    organisation = request.actor.organisation
    page = paginate(
        statements_of(organisation), cursor=request.GET.get("cursor"), order=("-created_at", "-id")
    )
    context = {
        "page": page,
        "payable": payable(organisation.pk),
        "share": share_of(organisation.pk) / 100,
        "held_days": settings.EARNINGS_HELD_DAYS,
        "minimum": settings.PAYOUT_MINIMUM_MICRO,
        "nav": "organisation",
    }
    return render(request, "billing/earning/statements.html", context)


@organisation_page(Permission.MANAGE_BILLING)
def statement_page(request: OrganisationRequest, statement_id: str) -> HttpResponse:
    statement = access_statement(request.actor.organisation, statement_id)
    lines = [
        (line, kind_in_words(line.kind), PRICED[line.priced] if line.kind == "sale" else "")
        for line in lines_of(statement)
    ]
    context = {"statement": statement, "lines": lines, "nav": "organisation"}
    return render(request, "billing/earning/statement.html", context)


@organisation_page(Permission.MANAGE_BILLING)
def statement_download(request: OrganisationRequest, statement_id: str) -> HttpResponse:
    statement = access_statement(request.actor.organisation, statement_id)
    organisation = request.actor.organisation
    number = tax_number_of(organisation)
    content = statement_pdf(
        statement, lines_of(statement), name=organisation.name, tax_number=number.value if number else ""
    )
    return _attachment(content, "application/pdf", f"{_name(statement)}.pdf")


@organisation_page(Permission.MANAGE_BILLING)
def statement_lines(request: OrganisationRequest, statement_id: str) -> HttpResponse:
    statement = access_statement(request.actor.organisation, statement_id)
    return _attachment(lines_csv(statement), "text/csv; charset=utf-8", f"{_name(statement)}.csv")


@organisation_page(Permission.MANAGE_BILLING)
def statement_transactions(request: OrganisationRequest, statement_id: str) -> HttpResponse:
    statement = access_statement(request.actor.organisation, statement_id)
    content = "".join(movements_csv(statement))
    return _attachment(content, "text/csv; charset=utf-8", f"{_name(statement)}-transactions.csv")


@public_page()
def pool_rules(request: OrganisationRequest) -> HttpResponse:
    context = {
        "months": pool_months(),
        "percent": settings.POOL_SHARE_BP / 100,
        "most": ANSWERS_A_DAY,
        "nav": "store",
    }
    return render(request, "billing/earning/pool.html", context)


def _name(statement: StatementMonth) -> str:
    return f"statement-{statement.month:%Y-%m}"


def _attachment(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
