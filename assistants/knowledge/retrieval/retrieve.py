"""Find the passages that answer a query: by meaning and by words.

`search` is for asynchronous code: it holds neither a thread nor a connection while a model is asked. `retrieve` is the
same for synchronous code.
"""

from assistants.knowledge.retrieval.pipeline import Search
from assistants.turns.plan import KnowledgeScope, RetrievedPassage, SearchKnobs
from assistants.turns.retrieval import Found
from kernel.db import run_db
from kernel.loops import start


async def search(scope: KnowledgeScope, query: str, knobs: SearchKnobs) -> Found:
    """The best passages for a query, best first, from the documents of the scope and no others. The retrieval port."""
    run = Search(scope, query, knobs)
    if run.is_empty:
        return Found()
    await run_db(run.look)
    if not run.is_done:
        await run.ask()
        await run_db(_ranked, run)
        if knobs.rerank:
            await run.judge()
            await run_db(run.finish)
    return run.found


def _ranked(run: Search) -> None:
    run.rank()
    if not run.knobs.rerank:
        run.finish()


def retrieve(
    scope: KnowledgeScope, query: str, *, k: int, budget_tokens: int, mode: str = "hybrid"
) -> list[RetrievedPassage]:
    """The same passages for synchronous code, unmerged and by their fused order.

    Blocks: call it outside transactions.

    Args:
        k: how many at most.
        budget_tokens: how many tokens of passages at most; the first one is given in any case.
        mode: hybrid, vector or words. Passages without a vector yet are found by their words.
    """
    return list(found_for(scope, query, SearchKnobs(k, budget_tokens, mode=mode)).passages)


def found_for(scope: KnowledgeScope, query: str, knobs: SearchKnobs) -> Found:
    """What `search` finds, for synchronous code. Blocks: call it outside transactions."""
    return run_search(Search(scope, query, knobs)).found


def run_search(run: Search) -> Search:
    """Run all phases of a prepared search, blocking."""
    if run.is_empty:
        return run
    run.look()
    if not run.is_done:
        start(run.ask()).result()
        run.rank()
        start(run.judge()).result()
        run.finish()
    return run
