"""Charge the calls of a search that no turn made: of a program's, or of somebody who tries the sources out."""

from collections.abc import Sequence

from assistants.knowledge.costs import product_of
from assistants.turns.plan import KnowledgeScope
from assistants.turns.retrieval import RetrievalUse
from billing.actions.settle import UsageInput, settle
from kernel.ids import new_public_id
from kernel.tenancy import tenant_scope
from organisations.actors import Actor


def charge_search(*, actor: Actor, scope: KnowledgeScope, uses: Sequence[RetrievalUse]) -> None:
    """Record what a search spent, in a transaction of its own; nothing happens where it spent nothing."""
    if not uses:
        return
    with tenant_scope(scope.organisation_id, author=actor.authorship, durable=True):
        product, name = product_of(scope.organisation_id, scope.source_set_ids[0])
        settle(
            organisation=scope.organisation_id,
            reference=new_public_id("search_"),
            usages=[
                UsageInput(
                    ordinal=ordinal,
                    product=product,
                    product_name=name,
                    model=use.model,
                    provider=use.provider,
                    input_tokens=use.tokens,
                    output_tokens=0,
                    price=use.price,
                    kind=use.kind,
                    user_id=actor.user_id,
                    api_key_id=actor.api_key_id,
                    estimated=use.estimated,
                )
                for ordinal, use in enumerate(uses)
            ],
        )
