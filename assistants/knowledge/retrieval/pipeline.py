"""One search, phase by phase: phases that read the database and phases that ask a model, never both at once."""

from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from assistants.knowledge.costs import Tariff, reranking_tariff, tariff_of
from assistants.knowledge.retrieval import caching
from assistants.knowledge.retrieval.candidates import Candidate, candidate_of
from assistants.knowledge.retrieval.documents import Searched, searched_documents
from assistants.knowledge.retrieval.merging import merge, pages_between, runs_of
from assistants.knowledge.retrieval.statement import found_passages, nearest_by_meaning
from assistants.knowledge.vectors.asking import Elsewhere, elsewhere, measured, nearest
from assistants.turns.plan import KnowledgeScope, RetrievedPassage, SearchKnobs
from assistants.turns.retrieval import Found, RetrievalUse
from kernel.tenancy import tenant_scope
from kernel.text import search_terms
from providers.catalogue import ModelNotFound, PriceSnapshot
from providers.errors import ProviderError
from providers.gateway import embedder, reranker
from providers.ports import Embedder, Reranker
from providers.tokens import count_tokens

MAX_QUERY_CHARACTERS = 4000
# Of the ways to fuse that were measured, these hold in English and in Chinese alike: see docs/retrieval.md.
CANDIDATES = 40  # taken from each ranking
RANK_CONSTANT = 10
BY_RANK = 0.3  # of a ranking's weight; the rest goes by how near a passage comes to the best one
LENGTH_NORMALISATION = 0.1
RERANKED = 30  # passages that a reranker reads


class Search:
    """A search under way. Call `look`, `ask`, `rank`, `judge` and `finish` in this order; see `retrieve.search`.

    Attributes:
        candidates: the passages that were looked at, best first, once `rank` has run.
        notes: codes of what went wrong on the way, none of which ends a search.
        times: milliseconds of each phase.
    """

    def __init__(self, scope: KnowledgeScope, query: str, knobs: SearchKnobs, *, looked_at: int = 0) -> None:
        """Prepare a search.

        Args:
            looked_at: how many candidates are wanted at the least, for whoever wants to see why; then nothing is taken
                from what was found before.
        """
        self.scope, self.knobs = scope, knobs
        self.query = query.strip()[:MAX_QUERY_CHARACTERS]
        self.explains, self._looked_at = looked_at > 0, looked_at
        self.candidates: list[Candidate] = []
        self.uses: list[RetrievalUse] = []
        self.notes: list[str] = []
        self.times: dict[str, float] = {}
        self.kept: tuple[RetrievedPassage, ...] | None = None
        self.searched = Searched((), False, {})
        self._model: Embedder | None = None
        self._tariff: Tariff | None = None
        self._reranker: Reranker | None = None
        self._rerank_tariff: Tariff | None = None
        self._vector: list[float] | None = None
        self._key = ""
        self._elsewhere: Elsewhere | None = None
        self._named: list[int] | None = None  # by the store outside, as near to the question

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.query or not self.scope.document_ids or self.knobs.k < 1

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do after `look`."""
        return self.kept is not None or not self.searched.documents

    @property
    def found(self) -> Found:
        """What the search gave."""
        given = self.kept or tuple(one.passage for one in self.candidates if one.fate == "given")
        hidden = self.searched.hidden
        given = tuple(replace(one, quotable=one.document_id not in hidden) for one in given)
        return Found(given, tuple(self.uses), tuple(self.notes))

    def look(self) -> None:
        """Find out what may be read, by which model it is embedded, and whether the answer is known already."""
        began = perf_counter()
        self.searched = searched_documents(self.scope, self.knobs.narrowing)
        self._choose_model()
        if self.knobs.rerank:
            self._choose_reranker()
        if self.searched.ready and not self.explains:
            self._key = caching.found_key(self.scope, self.searched, self.query, self.knobs)
            self.kept = caching.kept_passages(self._key)
        if self._model and self.kept is None:
            self._vector = caching.kept_vector(caching.vector_key(self.scope, self._model.name, self.query))
            meant = self.searched.embedders[self.searched.embedder]
            self._elsewhere = elsewhere(self.scope.organisation_id, self.scope.source_set_ids, meant)
        self._note_time("sources", began)

    def _choose_model(self) -> None:
        name = self.searched.embedder
        if not name or self.knobs.mode == "words" or (self.knobs.mode == "hybrid" and not self.knobs.meaning):
            return
        with tenant_scope(self.scope.organisation_id):
            try:
                self._model = embedder(name)
                self._tariff = tariff_of(name, organisation_id=self.scope.organisation_id)
            except ModelNotFound:
                self.notes.append("embedder_missing")

    def _choose_reranker(self) -> None:
        self._reranker = reranker()
        if self._reranker:
            self._rerank_tariff = reranking_tariff(
                self._reranker.name, organisation_id=self.scope.organisation_id
            )

    async def ask(self) -> None:
        """Embed the question, where its vector is not known, and ask the store outside. Touches no database."""
        await self._embed()
        if self._elsewhere and self._vector:
            began = perf_counter()
            self._named = await nearest(self._elsewhere, self._vector, self._candidates())
            if self._named is None:
                self.notes.append("vector_store_failed")
            self._note_time("store", began)

    async def _embed(self) -> None:
        if self._model is None or self._vector is not None:
            return
        began = perf_counter()
        try:
            self._vector = await self._model.query(self.query)
        except ProviderError:
            self.notes.append("embedder_failed")
        else:
            tariff = self._tariff
            if tariff and tariff.recorded:
                self._note_use(
                    "embedding", tariff.model, tariff.provider, count_tokens(self.query), tariff.price
                )
        self._note_time("question", began)

    def rank(self) -> None:
        """Run the statement; what remains are the candidates, fused."""
        began = perf_counter()
        with tenant_scope(self.scope.organisation_id):
            self.candidates = [candidate_of(row) for row in self._rows()]
        if self._model and self._vector:
            caching.keep_vector(caching.vector_key(self.scope, self._model.name, self.query), self._vector)
        self._note_time("search", began)

    def _rows(self) -> list[tuple[Any, ...]]:
        values = self._parameters()
        if self._elsewhere is not None and self._named is not None:
            outside, apart = measured(self._elsewhere, self._named, values["vector"], values["candidates"])
            return found_passages(values | {"outside": outside, "apart": apart})
        if values["vector"] and not values["words"]:
            return nearest_by_meaning(values)
        return found_passages(values)

    def _wanted(self) -> int:
        return max(self.knobs.k, self._looked_at, RERANKED if self._reranker else 0)

    def _candidates(self) -> int:
        return max(CANDIDATES, self._wanted())

    def _parameters(self) -> dict[str, Any]:
        knobs = self.knobs
        vector = self._vector if knobs.mode != "words" else None
        meant = self.searched.embedders.get(self.searched.embedder, ()) if vector else ()
        words = 0.0 if knobs.mode == "vector" else knobs.words
        return {
            "organisation": self.scope.organisation_id,
            "source_sets": self.scope.source_set_ids,
            "documents": self.searched.documents,
            "terms": "" if knobs.mode == "vector" else search_terms(self.query),
            "vector": vector,
            "meant": meant,
            "outside": None,
            "apart": None,
            "b": LENGTH_NORMALISATION,
            "candidates": self._candidates(),
            "constant": float(RANK_CONSTANT),
            "rank": BY_RANK,
            "meaning": (1.0 if knobs.mode == "vector" else knobs.meaning) if vector else 0.0,
            # Without a vector words are all there is, whatever weight they were given.
            "words": words if vector else 1.0,
            "limit": self._wanted(),
        }

    async def judge(self) -> None:
        """Let the reranker order the first candidates; where it fails, their order stays. Touches no database."""
        if self._reranker is None or len(self.candidates) < 2:
            return
        began = perf_counter()
        texts = [
            "\n".join(filter(None, (one.passage.heading, one.passage.text)))
            for one in self.candidates[:RERANKED]
        ]
        try:
            judged = await self._reranker.rank(self.query, texts)
        except ProviderError:
            self.notes.append("rerank_failed")
        else:
            self._reorder(judged.scores)
            if tariff := self._rerank_tariff:
                self._note_use("rerank", tariff.model, tariff.provider, judged.tokens, tariff.price)
        self._note_time("rerank", began)

    def _reorder(self, scores: Sequence[float | None]) -> None:
        for one, score in zip(self.candidates, scores, strict=False):
            one.reranked = score
        known = [one for one in self.candidates if one.reranked is not None]
        known.sort(key=lambda one: -(one.reranked or 0.0))
        for one in known:
            one.passage = replace(one.passage, score=min(1.0, max(0.0, one.reranked or 0.0)))
        self.candidates = known + [one for one in self.candidates if one.reranked is None]

    def finish(self) -> None:
        """Choose what is given within the budget, merge neighbours, and keep the result."""
        began = perf_counter()
        self._choose()
        if self.knobs.neighbours:
            runs = runs_of(one for one in self.candidates if one.fate == "given")
            pages = pages_between(self.scope, runs)
            for run in runs:
                merge(run, pages)
        if self._key and not self.notes:
            caching.keep_passages(self._key, self.found.passages)
        self._note_time("choice", began)

    def _choose(self) -> None:
        spent = 0
        for one in self.candidates[: self.knobs.k]:
            if spent and spent + one.passage.tokens > self.knobs.budget_tokens:
                one.fate = "budget"
                continue
            spent += one.passage.tokens
            one.fate = "given"

    def _note_use(
        self, kind: str, model: str, provider: str, tokens: int, price: PriceSnapshot | None
    ) -> None:
        self.uses.append(RetrievalUse(kind, model, provider, tokens, price))

    def _note_time(self, phase: str, began: float) -> None:
        self.times[phase] = (perf_counter() - began) * 1000
