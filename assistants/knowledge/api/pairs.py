"""The questions and answers of a source, edited one by one."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.knowledge.actions.edit_pairs import edit_pairs, pairs_of
from assistants.knowledge.api.base import SourceSetView
from assistants.knowledge.api.sources import FilesInput, PairFields, uploaded_files
from assistants.knowledge.files import check_request_size, max_upload_bytes
from assistants.knowledge.models import Source
from assistants.knowledge.pairs import (
    ANSWER,
    QUESTION,
    Add,
    Change,
    Edit,
    Put,
    Remove,
    checked_pairs,
    pairs_of_table,
)
from assistants.knowledge.sharing import access_shared
from kernel.tenancy import tenant_scope
from organisations.api.base import StrictSerializer


class PairOutput(serializers.Serializer[Any]):
    """`number` counts from 1."""

    number = serializers.IntegerField()
    question = serializers.CharField()
    answer = serializers.CharField()


class PairsOutput(serializers.Serializer[Any]):
    """`document` is the revision that these are; give it back with a change, and nobody else's is lost."""

    document = serializers.CharField()
    pairs = PairOutput(many=True)


class PairsInput(StrictSerializer):
    document = serializers.CharField(max_length=48, required=False, default="")
    pairs = PairFields(many=True)


class PairChangeInput(StrictSerializer):
    """`place` moves the pair to that number."""

    document = serializers.CharField(max_length=48, required=False, default="")
    question = serializers.CharField(max_length=QUESTION, required=False)
    answer = serializers.CharField(max_length=ANSWER, required=False)
    place = serializers.IntegerField(min_value=1, required=False)


class _PairsView(SourceSetView):
    parser_classes = (JSONParser, MultiPartParser)

    def pairs_response(self, source: Source, *, status: int = 200) -> Response:
        """All pairs of a source; outside a transaction, since they are in storage."""
        pairs = pairs_of(source)
        rows = [
            {"number": number, "question": pair.question, "answer": pair.answer}
            for number, pair in enumerate(pairs, start=1)
        ]
        document = source.document.public_id if source.document else ""
        return Response({"document": document, "pairs": rows}, status=status)

    def edited(
        self, assistant_id: str, source_id: str, edit: Edit, document: str = "", *, status: int = 200
    ) -> Response:
        """Make a change, and answer with what there is then."""
        source_set = self.find_set(assistant_id)
        source = edit_pairs(
            actor=self.actor, source_set=source_set, source_id=source_id, edit=edit, document=document
        )
        return self.pairs_response(source, status=status)


class SourcePairListView(_PairsView):
    """The questions and answers of a source."""

    @extend_schema(responses=PairsOutput)
    def get(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """All questions and answers, in their order."""
        source = access_shared(self.source_set(assistant_id, edit=False), source_id)
        self.leave_scope()
        return self.pairs_response(source)

    @extend_schema(
        request={"application/json": PairsInput, "multipart/form-data": FilesInput},
        responses={201: PairsOutput},
    )
    def post(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Add pairs at the end, as JSON or as a CSV `file` with a column for each side."""
        check_request_size(request.META, self.actor)
        if (request.content_type or "").startswith("multipart/"):
            with tenant_scope(self.actor.organisation):
                self.source_set(assistant_id, edit=True)
            largest = max_upload_bytes()
            data = uploaded_files(request)[0].read(largest + 1)
            edit, document = Add(pairs_of_table(data, largest=largest)), ""
        else:
            given = self.read_input(request, PairsInput)
            edit, document = Add(checked_pairs(given["pairs"])), given["document"]
        return self.edited(assistant_id, source_id, edit, document, status=status.HTTP_201_CREATED)

    @extend_schema(request=PairsInput, responses=PairsOutput)
    def put(self, request: Request, assistant_id: str, source_id: str) -> Response:
        """Put these pairs in the place of all: other words, another order, some more or some less."""
        given = self.read_input(request, PairsInput)
        return self.edited(assistant_id, source_id, Put(checked_pairs(given["pairs"])), given["document"])


class SourcePairView(_PairsView):
    """One question with its answer, by its number."""

    @extend_schema(request=PairChangeInput, responses=PairsOutput)
    def patch(self, request: Request, assistant_id: str, source_id: str, number: int) -> Response:
        """Change one pair, or move it."""
        given = self.read_input(request, PairChangeInput)
        edit = Change(number, given.get("question"), given.get("answer"), given.get("place"))
        return self.edited(assistant_id, source_id, edit, given["document"])

    @extend_schema(request=None, responses=PairsOutput)
    def delete(self, request: Request, assistant_id: str, source_id: str, number: int) -> Response:
        """Take one pair away."""
        return self.edited(assistant_id, source_id, Remove(number), request.query_params.get("document", ""))
