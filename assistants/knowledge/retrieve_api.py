"""`POST …/retrieve`: what an assistant's sources hold about a query, and why. Whoever owns sets subclasses the view."""

from dataclasses import replace
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.knowledge.actions.charge_search import charge_search
from assistants.knowledge.limits import MOST_METADATA, MOST_TAGS, TAG_LENGTH
from assistants.knowledge.retrieval import Explanation, explain, found_for
from assistants.knowledge.retrieval.candidates import Candidate
from assistants.knowledge.retrieval.readers import groups_by_id
from assistants.turns.plan import KnowledgeScope, Narrowing, RetrievedPassage, SearchKnobs
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission

NO_LIMIT = 1_000_000


class FilterInput(StrictSerializer):
    """Sources that carry all of these tags and hold all of these values of metadata."""

    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_LENGTH), max_length=MOST_TAGS, required=False, default=list
    )
    metadata = serializers.DictField(child=serializers.JSONField(), required=False, default=dict)

    def validate_metadata(self, value: dict[str, Any]) -> dict[str, Any]:
        if len(value) > MOST_METADATA or not all(
            isinstance(one, str | int | float | bool) for one in value.values()
        ):
            raise serializers.ValidationError(
                _("Give at most %(most)s names, each with a text or a number.") % {"most": MOST_METADATA}
            )
        return value


class RetrieveInput(StrictSerializer):
    """`readers` asks as a reader of these groups would: an empty list is somebody without groups; without it, as a builder.

    `meaning` and `words` weigh the two rankings of a hybrid search.
    """

    query = serializers.CharField(max_length=4000)
    k = serializers.IntegerField(min_value=1, max_value=50, required=False, default=10)
    budget_tokens = serializers.IntegerField(
        min_value=1, max_value=NO_LIMIT, required=False, default=NO_LIMIT
    )
    mode = serializers.ChoiceField(choices=["hybrid", "vector", "words"], required=False, default="hybrid")
    meaning = serializers.FloatField(min_value=0, max_value=10, required=False, default=1.0)
    words = serializers.FloatField(min_value=0, max_value=10, required=False, default=1.0)
    rerank = serializers.BooleanField(required=False, default=False)
    neighbours = serializers.BooleanField(required=False, default=False)
    filter = FilterInput(required=False, default=dict)
    readers = serializers.ListField(
        child=serializers.CharField(max_length=48),
        max_length=50,
        required=False,
        allow_null=True,
        default=None,
    )
    explain = serializers.BooleanField(required=False, default=False)
    version = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)


class PlacesOutput(serializers.Serializer[Any]):
    """Places in the two rankings, from 1; null where a passage is not among a ranking's candidates."""

    meaning = serializers.IntegerField(allow_null=True)
    words = serializers.IntegerField(allow_null=True)


class WhyOutput(serializers.Serializer[Any]):
    """`fate` is given, merged (into the passage `into`), budget or beyond; `marks` are offsets in the text."""

    fate = serializers.CharField()
    into = serializers.CharField(allow_null=True)
    places = PlacesOutput()
    distance = serializers.FloatField(allow_null=True)
    fused = serializers.FloatField()
    reranked = serializers.FloatField(allow_null=True)
    marks = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))


class PassageOutput(serializers.Serializer[Any]):
    """`start` and `end` count characters of the document's text; `why` is there where it was asked for."""

    id = serializers.CharField()
    text = serializers.CharField()
    score = serializers.FloatField()
    document = serializers.CharField()
    title = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    paragraph = serializers.IntegerField(allow_null=True)
    heading = serializers.CharField(allow_null=True)
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    tokens = serializers.IntegerField()
    why = WhyOutput(required=False)


class SearchOutput(serializers.Serializer[Any]):
    """How the search went: `times` in milliseconds by phase, `notes` codes of what went wrong without ending it."""

    query = serializers.CharField()
    embedder = serializers.CharField(allow_null=True)
    documents = serializers.IntegerField()
    tokens = serializers.IntegerField()
    times = serializers.DictField(child=serializers.FloatField())
    notes = serializers.ListField(child=serializers.CharField())


class RetrieveOutput(serializers.Serializer[Any]):
    passages = PassageOutput(many=True)
    search = SearchOutput(required=False)


class RetrieveView(OrganisationAPIView):
    """Trying out what an assistant finds."""

    permission: ClassVar[Permission | None] = Permission.BUILD_ASSISTANTS

    def scope(self, assistant_id: str, *, version: int | None) -> KnowledgeScope:
        """What is searched: the draft's documents, or a version's; called in the organisation's scope.

        Raises:
            NotFound: the organisation has no such assistant, or the assistant no such version.
        """
        raise TypeError(f"{type(self).__name__} does not say what it searches")

    @extend_schema(request=RetrieveInput, responses=RetrieveOutput)
    def post(self, request: Request, assistant_id: str) -> Response:
        """Find the passages that answer a query, best first.

        With `explain`, passages that were left out come along, and each says why it stands where it does.
        """
        given = self.read_input(request, RetrieveInput)
        with tenant_scope(self.actor.organisation):
            scope = self.scope(assistant_id, version=given["version"])
            if given["readers"] is not None:
                groups = groups_by_id(self.actor.organisation.pk, given["readers"])
                if len(groups) < len(set(given["readers"])):
                    raise InvalidInput.on(
                        "readers", "unknown", _("There is no such group in this organisation.")
                    )
                scope = replace(scope, groups=tuple(groups.values()))
        return Response(self._answer(scope, given))

    def _answer(self, scope: KnowledgeScope, given: dict[str, Any]) -> dict[str, Any]:
        knobs = knobs_of(given)
        if not given["explain"]:
            found = found_for(scope, given["query"], knobs)
            charge_search(actor=self.actor, scope=scope, uses=found.uses)
            return {"passages": [passage_json(passage) for passage in found.passages]}
        explanation = explain(scope, given["query"], knobs)
        charge_search(actor=self.actor, scope=scope, uses=explanation.uses)
        return {
            "passages": [
                passage_json(one.passage) | {"why": _why(one, explanation)} for one in explanation.candidates
            ],
            "search": {
                "query": explanation.query,
                "embedder": explanation.embedder or None,
                "documents": explanation.documents,
                "tokens": explanation.tokens,
                "times": {phase: round(spent, 2) for phase, spent in explanation.times.items()},
                "notes": list(explanation.notes),
            },
        }


def knobs_of(given: dict[str, Any]) -> SearchKnobs:
    """The knobs in checked input."""
    narrowed = given["filter"]
    return SearchKnobs(
        given["k"],
        given["budget_tokens"],
        mode=given["mode"],
        meaning=given["meaning"],
        words=given["words"],
        rerank=given["rerank"],
        neighbours=given["neighbours"],
        narrowing=Narrowing(
            tuple(narrowed.get("tags", ())), tuple(sorted(narrowed.get("metadata", {}).items()))
        ),
    )


def passage_json(passage: RetrievedPassage) -> dict[str, Any]:
    """A passage's public form."""
    return {
        "id": passage.id,
        "text": passage.text,
        "score": round(passage.score, 4),
        "document": passage.document_id,
        "title": passage.title,
        "page": passage.page,
        "paragraph": passage.paragraph,
        "heading": passage.heading or None,
        "start": passage.start,
        "end": passage.end,
        "tokens": passage.tokens,
    }


def _why(one: Candidate, explanation: Explanation) -> dict[str, Any]:
    return {
        "fate": one.fate,
        "into": one.into or None,
        "places": {"meaning": one.meaning, "words": one.words},
        "distance": None if one.distance is None else round(one.distance, 4),
        "fused": round(one.fused, 4),
        "reranked": one.reranked,
        "marks": [list(span) for span in explanation.marks.get(one.passage.id, ())],
    }
