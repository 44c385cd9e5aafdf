"""What was found in a document waits as rows, on disk where it is much, and is stored in one piece."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

from assistants.knowledge import contents as module
from assistants.knowledge.contents import Contents
from assistants.knowledge.models import Document, DocumentPage, Passage, PassageVector
from assistants.knowledge.parsing.blocks import Block
from assistants.knowledge.passages import paragraphs_of, passages_of
from assistants.knowledge.storing import swap_in
from kernel.ids import ALPHABET, LENGTH, new_public_ids
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import document_of, make_source_set, upload

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = 300
SENTENCE = "Das Mietverhältnis beginnt im März, 租约从三月开始. "


def blocks() -> Iterator[Block]:
    for page in range(1, PAGES + 1):
        yield Block(f"Part {page}", page, 1)
        yield Block(f"Paragraph {page}. " + SENTENCE * 3, page, box=(0.1, 0.2, 0.8, 0.9))
        yield Block(f"Row {page}", page, kind="row", number=page)


def fill(contents: Contents) -> None:
    for passage in passages_of(contents.through(paragraphs_of(blocks()))):
        contents.add(passage)
    contents.complete(PAGES)


@pytest.mark.parametrize("in_memory", [64, module.IN_MEMORY])
def test_rows_are_stored_as_they_were_found(
    alice: Actor, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", in_memory)
    monkeypatch.setattr(module, "AT_ONCE", 5_000)
    document = document_of(upload(alice, make_source_set(alice)))
    paragraphs = list(paragraphs_of(blocks()))
    passages = list(passages_of(paragraphs))
    some = len(passages) // 2
    vectors = np.random.default_rng(1).standard_normal((some, 4)).astype(np.float16)
    with Contents("Lease") as contents:
        fill(contents)
        with tenant_scope(alice.organisation, durable=True):
            swap_in(document, contents, vectors)
    assert contents.passages == len(passages)
    assert contents.tokens == sum(passage.tokens for passage in passages)
    assert contents.characters == paragraphs[-1].end
    with tenant_scope(alice.organisation):
        stored = Passage.objects.for_organisation(alice.organisation).filter(document=document)
        rows = list(stored.order_by("ordinal"))
        fields = (
            "ordinal",
            "text",
            "section",
            "page",
            "paragraph",
            "heading",
            "start",
            "end",
            "tokens",
            "kind",
        )
        assert [tuple(getattr(row, f) for f in fields) for row in rows] == [
            tuple(getattr(passage, f) for f in fields) for passage in passages
        ]
        pages = DocumentPage.objects.for_organisation(alice.organisation).filter(document=document)
        shown = [(p.number, *one[:1], one[4]) for p in pages.order_by("number") for one in p.paragraphs]
        assert shown == [(p.section, p.number, p.text) for p in paragraphs]
        assert pages.get(number=2).boxes[-2:] == [[0.1, 0.2, 0.8, 0.9], None]
        found = PassageVector.objects.for_organisation(alice.organisation).filter(document_id=document.pk)
        embedded = (
            found.exclude(embedding=None).order_by("passage__ordinal").values_list("embedding", flat=True)
        )
        assert np.allclose(list(embedded), vectors, atol=1e-6)  # a vector comes as decimals
        assert found.count() == len(passages)


def test_a_document_without_pages_has_none(alice: Actor) -> None:
    document: Document = document_of(upload(alice, make_source_set(alice)))
    with Contents("Lease") as contents:
        for passage in passages_of(
            contents.through(paragraphs_of([Block("One."), Block("Two.", kind="code")]))
        ):
            contents.add(passage)
        contents.complete(None)
        with tenant_scope(alice.organisation, durable=True):
            swap_in(document, contents, np.empty((0, 0), dtype=np.float16))
    with tenant_scope(alice.organisation):
        stored = Passage.objects.for_organisation(alice.organisation).filter(document=document)
        assert [(p.page, p.text, p.kind) for p in stored.order_by("ordinal")] == [
            (None, "One.", "text"),
            (None, "Two.", "code"),
        ]
        assert DocumentPage.objects.for_organisation(alice.organisation).get(document=document).boxes == []


def test_what_was_read_before_keeps_its_warnings() -> None:
    with Contents("Lease") as contents:
        contents.complete(None, known=[{"code": "no_header"}])
    assert contents.warnings == [{"code": "no_header"}]


def test_many_ids_are_like_single_ones() -> None:
    ids = new_public_ids("psg_", 500)
    assert len(set(ids)) == 500
    assert all(re.fullmatch(f"psg_[{ALPHABET}]{{{LENGTH}}}", one) for one in ids)
    assert {one[4] for one in ids} == set(ALPHABET)
    assert new_public_ids("psg_", 0) == []
