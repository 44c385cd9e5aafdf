"""A repository of GitHub: by branch and paths, known again by the hashes of its blobs."""

import pytest

from assistants.actions.origins.globs import matches
from assistants.knowledge.models import SourceSet
from kernel.errors import InvalidInput
from organisations.actors import Actor
from tests.fakes.github_content_server import GitHubFake
from tests.origins.conftest import Connect, add, again, files_of, left_out

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def files(github: GitHubFake) -> dict[str, bytes]:
    return github.repository(
        "harbour/handbook",
        {
            "README.md": b"# Handbook\n\nHow we let flats.",
            "docs/rent.md": b"The rent is due on the first.",
            "docs/deep/pets.md": b"One small dog is welcome.",
            "src/app.py": b"print('rent')",
        },
    )


def test_documents_of_a_repository_are_read_and_moved_ones_stay_the_same(
    alice: Actor, source_set: SourceSet, github: GitHubFake, files: dict[str, bytes], connect: Connect
) -> None:
    pick = {"repository": "harbour/handbook"}
    source = add(alice, source_set, connect(alice, "github"), "github", pick)
    kept = files_of(source)
    assert sorted(kept) == ["README.md", "docs/deep/pets.md", "docs/rent.md"]
    assert kept["docs/rent.md"].url == "https://github.com/harbour/handbook/blob/main/docs/rent.md"
    files["docs/animals.md"] = files.pop("docs/deep/pets.md")
    files["README.md"] = b"# Handbook\n\nHow we sell flats."
    github.forget()
    after = files_of(again(alice, source))
    assert sorted(after) == ["README.md", "docs/animals.md", "docs/rent.md"]
    assert after["docs/animals.md"].document_id == kept["docs/deep/pets.md"].document_id
    assert after["README.md"].document_id != kept["README.md"].document_id
    assert len(github.fetched()) == 1


def test_paths_choose_and_code_is_read_as_text_where_it_is_asked_for(
    alice: Actor, source_set: SourceSet, github: GitHubFake, files: dict[str, bytes], connect: Connect
) -> None:
    github.truncated = True  # the tree is too large to come at once
    pick = {"repository": "harbour/handbook", "branch": "main", "paths": ["src/**", "docs/*.md"]}
    source = add(alice, source_set, connect(alice, "github"), "github", pick)
    kept = files_of(source)
    assert sorted(kept) == ["docs/rent.md", "src/app.py"]
    assert kept["src/app.py"].document and kept["src/app.py"].document.format == "txt"


def test_the_same_content_twice_is_read_once(
    alice: Actor, source_set: SourceSet, github: GitHubFake, files: dict[str, bytes], connect: Connect
) -> None:
    files["docs/copy.md"] = files["docs/rent.md"]
    pick = {"repository": "harbour/handbook", "paths": ["docs/*"]}
    source = add(alice, source_set, connect(alice, "github"), "github", pick)
    assert left_out(source) == {"left_out_double": ["docs/copy.md"]}
    github.forget()
    again(alice, source)
    assert github.fetched() == []
    del files["docs/rent.md"]
    assert "docs/copy.md" in files_of(again(alice, source))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("docs", "docs/a/b.md", True),
        ("docs/*", "docs/a.md", True),
        ("docs/*.md", "docs/a/b.md", False),
        ("**/*.md", "a/b/c.md", True),
        ("**/*.md", "c.md", True),
        ("/src/**", "src/a/b.py", True),
        ("*.md", "README.mdx", False),
        ("****/**/**/**/x", "a/" * 200 + "y", False),
    ],
)
def test_a_pattern_means_paths(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


@pytest.mark.parametrize(
    "pick",
    [{"repository": "../../user"}, {"repository": ""}, {"repository": "a/b", "paths": [3]}, {"folder": "x"}],
)
def test_a_pick_that_makes_no_sense_is_refused(
    alice: Actor, source_set: SourceSet, github: GitHubFake, connect: Connect, pick: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput):
        add(alice, source_set, connect(alice, "github"), "github", pick)
