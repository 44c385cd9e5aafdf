"""Pages of Notion become Markdown, with everything below them."""

import pytest
from django.core.files.storage import default_storage

from assistants.knowledge.models import Source, SourceSet
from organisations.actors import Actor
from tests.fakes.notion_server import NotionFake, block, paragraph, words
from tests.origins.conftest import Connect, add, again, files_of

pytestmark = pytest.mark.django_db(transaction=True)


def text(source: Source) -> str:
    assert source.document
    return default_storage.open(source.document.storage_key).read().decode()


def test_a_page_is_read_with_what_lies_below_it_and_only_what_was_edited_again(
    alice: Actor, source_set: SourceSet, notion: NotionFake, connect: Connect
) -> None:
    notion.size = 2  # of a page of answers
    house = notion.page("House", paragraph("All about the house."))
    pets = notion.page("Pets", paragraph("One small dog is welcome."), parent=house)
    notion.page("Elsewhere", paragraph("Not asked for."))
    rates = notion.table("Rates", house)
    price = {"type": "number", "number": 1450}
    row = notion.page("Flat 3", parent=rates, Rent=price)
    source = add(alice, source_set, connect(alice, "notion"), "notion", {"pages": [house]})
    kept = files_of(source)
    assert sorted(kept) == ["House", "House/Pets", "House/Rates/Flat 3"]
    assert "Rent: 1450" in text(kept["House/Rates/Flat 3"])
    notion.write(pets, paragraph("Two dogs are welcome."))
    notion.delete(row)
    notion.forget()
    after = files_of(again(alice, source))
    assert sorted(after) == ["House", "House/Pets"] and "Two dogs" in text(after["House/Pets"])
    assert after["House"].document_id == kept["House"].document_id
    assert len(notion.fetched()) == 1


def test_blocks_are_written_as_markdown(
    alice: Actor, source_set: SourceSet, notion: NotionFake, connect: Connect
) -> None:
    cells = [[words("Flat"), words("Rent")], [words("3"), words("1|450")]]
    rows = [block("table_row", cells=row) for row in cells]
    page = notion.page(
        "All of it",
        block("heading_1", rich_text=words("Rent")),
        block(
            "bulleted_list_item",
            [block("bulleted_list_item", rich_text=words("inner"))],
            rich_text=words("outer"),
        ),
        block("to_do", rich_text=words("pay"), checked=True),
        block("code", rich_text=words("x = 1"), language="python"),
        block("quote", rich_text=words("said")),
        block("table", rows),
        block("child_page", title="Below"),
        block("unsupported"),
    )
    source = add(alice, source_set, connect(alice, "notion"), "notion", {"pages": [page]})
    assert text(files_of(source)["All of it"]) == (
        "# All of it\n\n## Rent\n\n- outer\n\n  - inner\n\n- [x] pay\n\n```python\nx = 1\n```\n\n> said\n\n"
        "| Flat | Rent |\n| --- | --- |\n| 3 | 1\\|450 |\n"
    )
