"""`/api/v1/billing/budgets`."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.actions.set_budget import access_budget, change_budget, remove_budget, set_budget
from billing.budgets.limits import MOST, MOST_GRACE
from billing.budgets.page import BudgetRow, budget_rows
from billing.models import Budget
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission

SEES, MANAGES = Permission.VIEW_USAGE, Permission.MANAGE_BILLING
PUBLIC_NAMES = [(value, label) for value, label in Budget.Scope.choices if "visitor" not in value]


class BudgetChange(StrictSerializer):
    """What is changed. Sums are millionths of the currency."""

    limit = serializers.IntegerField(min_value=0, max_value=MOST, required=False)
    hard = serializers.BooleanField(required=False)
    grace_percent = serializers.IntegerField(min_value=0, max_value=MOST_GRACE, required=False)


class BudgetInput(StrictSerializer):
    """A new budget."""

    scope = serializers.ChoiceField(choices=PUBLIC_NAMES)
    subject = serializers.CharField(
        max_length=80,
        required=False,
        help_text=_("The id of the group, the person, the API key or the assistant; for other scopes none."),
    )
    limit = serializers.IntegerField(min_value=0, max_value=MOST)
    hard = serializers.BooleanField(default=True)
    grace_percent = serializers.IntegerField(min_value=0, max_value=MOST_GRACE, default=0)


class BudgetOutput(serializers.Serializer[BudgetRow]):
    """A budget, and how it stands this month. Where each person has their own sum, the highest one is shown."""

    id = serializers.CharField(source="budget.public_id")
    scope = serializers.CharField(source="budget.scope")
    name = serializers.CharField()
    limit = serializers.IntegerField(source="budget.limit")
    hard = serializers.BooleanField(source="budget.is_hard")
    grace_percent = serializers.IntegerField(source="budget.grace_percent")
    spent = serializers.IntegerField()
    reserved = serializers.IntegerField()
    expected = serializers.IntegerField(
        help_text=_("What is spent by the end of the month, if it goes on as until now; 0 on its first day.")
    )
    state = serializers.ChoiceField(choices=("fine", "near", "grace", "used_up"))
    currency = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="budget.created_at")

    def get_currency(self, _row: BudgetRow) -> str:
        """The installation's."""
        return settings.CURRENCY


class _Rows(serializers.ListSerializer[Any]):
    def to_representation(self, data: Any) -> list[Any]:
        """A page's budgets, with what is gone of them asked for once."""
        return [BudgetOutput(row).data for row in budget_rows(self.context["actor"], list(data))]


class _Listed(serializers.Serializer[Budget]):
    class Meta:
        list_serializer_class = _Rows


class BudgetList(OrganisationAPIView):
    permissions = {"GET": SEES, "POST": MANAGES}

    @extend_schema(responses=BudgetOutput(many=True))
    def get(self, request: Request) -> Response:
        """All budgets, newest first."""
        rows = Budget.objects.for_organisation(self.actor.organisation)
        return self.page_response(request, rows, _Listed)

    @extend_schema(request=BudgetInput, responses={201: BudgetOutput})
    def post(self, request: Request) -> Response:
        """Set a new one; it begins with what was spent this month already."""
        budget = set_budget(actor=self.actor, **self.read_input(request, BudgetInput))
        return Response(_shown(self.actor, budget), status=201)


class BudgetDetail(OrganisationAPIView):
    permissions = {"GET": SEES, "PATCH": MANAGES, "DELETE": MANAGES}

    @extend_schema(responses=BudgetOutput)
    def get(self, request: Request, budget_id: str) -> Response:
        """One budget."""
        return Response(_shown(self.actor, access_budget(self.actor, budget_id)))

    @extend_schema(request=BudgetChange, responses=BudgetOutput)
    def patch(self, request: Request, budget_id: str) -> Response:
        """Change it, at once."""
        values = self.read_input(request, BudgetChange)
        budget = change_budget(actor=self.actor, budget_id=budget_id, **values)
        return Response(_shown(self.actor, budget))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, budget_id: str) -> Response:
        """Let it end."""
        remove_budget(actor=self.actor, budget_id=budget_id)
        return Response(status=204)


def _shown(actor: Actor, budget: Budget) -> Any:
    with tenant_scope(actor.organisation):
        (row,) = budget_rows(actor, [budget])
        return BudgetOutput(row).data
