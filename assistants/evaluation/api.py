"""Tests of an assistant over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from assistants.building.queries import access_assistant
from assistants.evaluation.actions.add_test_case import add_test_case
from assistants.evaluation.actions.judge_run import judge_run
from assistants.evaluation.actions.remove_test_case import remove_test_case
from assistants.evaluation.actions.require_test import require_test
from assistants.evaluation.models import MAX_EXPECTED, MAX_QUESTION, TestCase, TestRun
from assistants.evaluation.queries import access_test_case, test_cases
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Level, Permission


class TestOutput(serializers.Serializer[TestCase]):
    id = serializers.CharField(source="public_id")
    question = serializers.CharField()
    expected = serializers.CharField()
    source = serializers.ChoiceField(choices=TestCase.Source.choices)  # type: ignore[assignment] # a field's name
    required = serializers.BooleanField()  # type: ignore[assignment] # a field's name
    created_by = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_created_by(self, row: TestCase) -> str:
        """The name of the person who kept it; empty for a machine's."""
        return row.created_by.display_name if row.created_by else ""


class TestList(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(StrictSerializer):
        question = serializers.CharField(max_length=MAX_QUESTION)
        expected = serializers.CharField(
            max_length=MAX_EXPECTED, required=False, default="", allow_blank=True
        )
        source = serializers.ChoiceField(  # type: ignore[assignment] # a field's name
            choices=[TestCase.Source.HAND, TestCase.Source.PREVIEW], required=False, default="hand"
        )

    @extend_schema(operation_id="assistants_tests_list", responses=TestOutput(many=True))
    def get(self, request: Request, assistant_id: str) -> Response:
        """Its tests, the newest first."""
        rows = test_cases(access_assistant(self.actor, assistant_id, level=Level.VIEW))
        return self.page_response(request, rows, TestOutput)

    @extend_schema(request=Input, responses={201: TestOutput})
    def post(self, request: Request, assistant_id: str) -> Response:
        """Keep a question as a test; the same question is kept once."""
        given = self.read_input(request, self.Input)
        made = add_test_case(actor=self.actor, assistant_id=assistant_id, **given)
        return Response(TestOutput(made).data, HTTP_201_CREATED)


class TestDetail(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(operation_id="assistants_tests_retrieve", responses=TestOutput)
    def get(self, request: Request, assistant_id: str, test_id: str) -> Response:
        """One test."""
        assistant = access_assistant(self.actor, assistant_id, level=Level.VIEW)
        return Response(TestOutput(access_test_case(assistant, test_id)).data)

    class Input(StrictSerializer):
        required = serializers.BooleanField()  # type: ignore[assignment] # a field's name

    @extend_schema(request=Input, responses=TestOutput)
    def patch(self, request: Request, assistant_id: str, test_id: str) -> Response:
        """Say whether it has to be answered well before anything is published."""
        given = self.read_input(request, self.Input)
        test = require_test(
            actor=self.actor, assistant_id=assistant_id, test_id=test_id, required=given["required"]
        )
        return Response(TestOutput(test).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, assistant_id: str, test_id: str) -> Response:
        """Remove it."""
        remove_test_case(actor=self.actor, assistant_id=assistant_id, test_id=test_id)
        return Response(status=HTTP_204_NO_CONTENT)


class RunOutput(serializers.Serializer[TestRun]):
    id = serializers.CharField(source="public_id")
    content_hash = serializers.CharField()
    verdict = serializers.ChoiceField(choices=TestRun.Verdict.choices)
    answer = serializers.CharField()
    problem = serializers.CharField()
    created_at = serializers.DateTimeField()


class RunVerdict(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(StrictSerializer):
        good = serializers.BooleanField()

    @extend_schema(request=Input, responses=RunOutput)
    def put(self, request: Request, assistant_id: str, run_id: str) -> Response:
        """Say whether an answer is good."""
        given = self.read_input(request, self.Input)
        run = judge_run(actor=self.actor, assistant_id=assistant_id, run_id=run_id, good=given["good"])
        return Response(RunOutput(run).data)
