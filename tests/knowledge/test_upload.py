"""What may be added, and what each refusal says."""

from pathlib import Path

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.add_text import add_text
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.remove_source import remove_source, restore_source
from assistants.knowledge.files import EmptyFile, FileTooLarge, clean_name
from assistants.knowledge.formats import UnsupportedFile, WrongContent
from assistants.knowledge.models import Source
from assistants.knowledge.queries import source_rows
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import make_source_set, upload
from tests.fakes import files

pytestmark = pytest.mark.django_db(transaction=True)


def names(actor: Actor, source_set) -> list[str]:
    with tenant_scope(actor.organisation):
        return list(source_rows(source_set).order_by("pk").values_list("name", flat=True))


def test_bytes_are_stored_once_under_their_hash(alice: Actor) -> None:
    source = upload(alice, make_source_set(alice))
    other = upload(alice, make_source_set(alice), name="copy.md")
    assert source.document.storage_key == other.document.storage_key
    assert source.document.storage_key == f"{alice.organisation.public_id}/{source.document.sha256}"
    with default_storage.open(source.document.storage_key) as stored:
        assert stored.read().startswith(b"# Lease")


def test_the_same_file_twice_is_recognised(alice: Actor) -> None:
    source_set = make_source_set(alice)
    first = upload(alice, source_set)
    again = add_file(actor=alice, source_set=source_set, upload=ContentFile(files_bytes()), name="renamed.md")
    assert (again.source.pk, "lease.md" in again.note) == (first.pk, True)
    assert names(alice, source_set) == ["lease.md"]


def files_bytes() -> bytes:
    from tests.factories.knowledge import RENT

    return RENT.encode()


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("empty.pdf", b"", EmptyFile),
        ("sheet.numbers", b"PK\x03\x04", UnsupportedFile),
        ("program.exe", b"MZ", UnsupportedFile),
        ("no extension", b"text", UnsupportedFile),
        ("picture.pdf", files.PNG, WrongContent),
        ("picture.txt", files.PNG, WrongContent),
        ("text.docx", b"only text", WrongContent),
        ("archive.docx", b"PK\x03\x04" + b"\0" * 100, None),
        ("pdf.txt", b"%PDF-1.7 text", WrongContent),
    ],
)
def test_files_that_are_not_taken_say_why(
    alice: Actor, name: str, data: bytes, error: type[Exception] | None
) -> None:
    source_set = make_source_set(alice)
    if error is None:
        upload(alice, source_set, name=name, data=data)
        assert names(alice, source_set) == [name]
        return
    with pytest.raises(error) as refused:
        upload(alice, source_set, name=name, data=data)
    assert name in str(refused.value)
    assert names(alice, source_set) == []


def test_300_megabytes_are_refused_without_being_read(alice: Actor, tmp_path: Path) -> None:
    source_set = make_source_set(alice)
    with files.sparse_file(tmp_path / "huge.pdf").open("rb") as huge, pytest.raises(FileTooLarge) as refused:
        add_file(actor=alice, source_set=source_set, upload=File(huge), name="huge.pdf")
    assert (refused.value.status, "100 MB" in str(refused.value)) == (413, True)
    assert names(alice, source_set) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("fdp\u202efdp.exe.txt", "fdpfdp.exe.txt"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_names_are_shown_without_paths_and_control_characters(given: str, shown: str) -> None:
    assert clean_name(given) == shown


def test_a_member_may_not_add(alice: Actor, bob: Actor) -> None:
    source_set = make_source_set(alice)
    for add in (
        lambda: upload(bob, source_set),
        lambda: add_text(actor=bob, source_set=source_set, title="x", text="y"),
        lambda: add_url(actor=bob, source_set=source_set, url="https://example.org"),
    ):
        with pytest.raises(PermissionDenied):
            add()
    assert names(alice, source_set) == []


def test_an_outsider_cannot_reach_a_set(alice: Actor, charlie: Actor) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set)
    with pytest.raises(Exception, match=r"does not exist|not_found"):
        upload(charlie, source_set)
    with pytest.raises(Exception, match=r"not_found|row-level|does not exist|violates|nothing here"):
        remove_source(actor=charlie, source_set=source_set, source_id=source.public_id)
    assert names(alice, source_set) == ["lease.md"]


def test_a_text_needs_words(alice: Actor) -> None:
    with pytest.raises(InvalidInput):
        add_text(actor=alice, source_set=make_source_set(alice), title="Empty", text=" \n")


def test_a_text_becomes_a_source_with_its_title(alice: Actor) -> None:
    source = add_text(
        actor=alice, source_set=make_source_set(alice), title="Hours", text="We open at nine."
    ).source
    assert (source.name, source.type) == ("Hours", Source.Type.TEXT)


@pytest.mark.parametrize(
    "url",
    ["", "ftp://example.org/x", "javascript:alert(1)", "https://", "http://u:p@example.org/", "https://a b/"],
)
def test_only_web_addresses_are_taken(alice: Actor, url: str) -> None:
    with pytest.raises(InvalidInput):
        add_url(actor=alice, source_set=make_source_set(alice), url=url)


def test_the_same_page_twice_is_recognised(alice: Actor) -> None:
    source_set = make_source_set(alice)
    first = add_url(actor=alice, source_set=source_set, url="https://example.org/help#top")
    again = add_url(actor=alice, source_set=source_set, url="https://example.org/help")
    assert first.source.pk == again.source.pk
    assert again.note


def test_removing_can_be_undone(alice: Actor) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set)
    remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    assert names(alice, source_set) == []
    with pytest.raises(NotFound):
        remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    restore_source(actor=alice, source_set=source_set, source_id=source.public_id)
    assert names(alice, source_set) == ["lease.md"]
