"""Files that were made to do harm, or are simply wrong: refused with the place that is wrong, and nothing is made."""

import io
import stat
import struct
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assistants.building.portability import archives
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.fixtures.people import JsonClient, api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/assistants"
GOOD = b"schema: bottega.assistant/1\nspecification:\n  profile:\n    name: Ada\n"
Edit = Any


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


def bring(api: JsonClient, data: bytes, name: str = "a.zip") -> Any:
    return api.post(f"{BASE}/import", {"file": SimpleUploadedFile(name, data)}, format="multipart")


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def refused(answer: Any, api: JsonClient, status: int = 400) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert api.get(BASE).json()["results"] == []
    return answer.json()  # type: ignore[no-any-return]


# --- Archives ---


@pytest.mark.parametrize(
    "name",
    ["../assistant.yaml", "/etc/passwd", "knowledge/../../x.md", "C:evil.md", "knowledge\\x.md", "a\x07b.md",
     "knowledge/" + "x" * 400],
)  # fmt: skip
def test_names_that_lead_elsewhere(api: JsonClient, name: str) -> None:
    problem = refused(bring(api, zipped(("assistant.yaml", GOOD), (name, b"x"))), api)
    assert problem["errors"][0]["code"] == "unsafe_member"


def test_a_nul_in_a_name_hides_nothing(api: JsonClient) -> None:
    data = zipped(("assistant.yaml", GOOD), ("knowledge/x.md@.exe", b"x")).replace(
        b"x.md@.exe", b"x.md\x00.exe"
    )
    assert refused(bring(api, data), api)["errors"][0]["code"] == "unsafe_member"


def test_links_are_not_followed(api: JsonClient) -> None:
    link = zipfile.ZipInfo("knowledge/passwd.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    problem = refused(bring(api, zipped(("assistant.yaml", GOOD), (link, b"/etc/passwd"))), api)
    assert problem["errors"][0]["code"] == "unsafe_member"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["knowledge/a.md", "knowledge/A.MD"])
def test_two_files_of_one_name(api: JsonClient, second: str) -> None:
    data = zipped(("assistant.yaml", GOOD), ("knowledge/a.md", b"one"), (second, b"two"))
    assert refused(bring(api, data), api)["errors"][0]["code"] == "repeated_member"


def test_a_locked_archive(api: JsonClient) -> None:
    data = bytearray(zipped(("assistant.yaml", GOOD)))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refused(bring(api, bytes(data)), api)["errors"][0]["code"] == "unsafe_member"


def test_a_bomb(api: JsonClient) -> None:
    data = zipped(("assistant.yaml", GOOD), ("knowledge/a.txt", b"\0" * 30_000_000))
    assert len(data) < 100_000
    assert refused(bring(api, data), api)["errors"][0]["code"] == "unpacked_too_large"


def test_more_files_than_anybody_needs(api: JsonClient) -> None:
    members = [(f"knowledge/{number}.md", b"x") for number in range(archives.MAX_MEMBERS + 1)]
    problem = refused(bring(api, zipped(("assistant.yaml", GOOD), *members)), api)
    assert problem["errors"][0]["code"] == "unpacked_too_large"


def test_members_that_share_their_bytes(api: JsonClient) -> None:
    data = bytearray(
        zipped(("assistant.yaml", GOOD), ("knowledge/a.md", b"x" * 50), ("knowledge/b.md", b"x" * 50))
    )
    first = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    second = data.index(b"PK\x01\x02", first + 1)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    assert refused(bring(api, bytes(data)), api)["errors"][0]["code"] == "unpacked_too_large"


def test_sizes_that_lie(api: JsonClient) -> None:
    data = bytearray(zipped(("assistant.yaml", GOOD)))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert refused(bring(api, bytes(data)), api)["errors"][0]["code"] == "corrupt"


@pytest.mark.parametrize("cut", [30, 200])
def test_a_broken_archive(api: JsonClient, cut: int) -> None:
    data = zipped(("assistant.yaml", GOOD * 20))
    assert refused(bring(api, data[:cut] if cut < len(data) else data[:-10]), api)["status"] == 400


def test_an_archive_in_an_archive_is_a_source_for_the_confined_reader(api: JsonClient) -> None:
    inner = zipped(("knowledge/secret.md", b"inner words"))
    answer = bring(api, zipped(("assistant.yaml", GOOD), ("knowledge/inner.zip", inner)))
    made = answer.json()
    assert answer.status_code == 201
    assert made["report"]["missing"] == []
    (source,) = api.get(f"{BASE}/{made['assistant']['id']}/sources").json()["results"]
    assert (source["name"], source["state"], source["passages"]) == ("inner.zip", "uploaded", 0)


def test_what_operating_systems_leave_behind_is_passed_over(api: JsonClient) -> None:
    data = zipped(("assistant.yaml", GOOD), ("__MACOSX/._a", b"x"), ("knowledge/.DS_Store", b"x"))
    assert bring(api, data).json()["report"]["missing"] == []


# --- YAML ---


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("schema: bottega.assistant/2\n", 1, "unknown_schema"),
        ("\n\nspecification: {}\n", 3, "unknown_schema"),
        ("schema: bottega.assistant/1\na: &a [x]\nb: *a\n", 2, "alias"),
        ("schema: bottega.assistant/1\nspecification: &s\n  profile: *s\n", 2, "alias"),
        ("schema: bottega.assistant/1\nspecification: !!python/object/apply:os.system [ls]\n", 2, "tag"),
        ("schema: bottega.assistant/1\nspecification:\n  profile:\n    name: A\n    name: B\n", 5, "repeated_field"),
        ("schema: bottega.assistant/1\nspecification:\n  profile:\n    colour: red\n", 4, "unknown_field"),
        ("schema: bottega.assistant/1\nspecification:\n  profile:\n    starters:\n      - a\n      - 5\n", 6, "wrong_type"),
        ("schema: bottega.assistant/1\nspecification:\n  actions:\n    - id: act_1\n", 4, "unknown_action"),
        ("schema: bottega.assistant/1\n---\nschema: bottega.assistant/1\n", 2, "several_documents"),
        ("schema: bottega.assistant/1\nspecification: {profile: [}\n", 2, "not_yaml"),
        ("schema: bottega.assistant/1\nspecification:\n  profile:\n    name: \x07\n", 4, "not_yaml"),
        ("schema: bottega.assistant/1\nx: " + "[" * 100 + "]" * 100, 2, "too_complex"),
        ("schema: bottega.assistant/1\nknowledge:\n  - file: knowledge/../x\n", 3, "invalid"),
        ("schema: bottega.assistant/1\nknowledge:\n  - file: knowledge/gone.md\n", 3, "file_missing"),
        ("schema: bottega.assistant/1\nknowledge:\n  - type: url\n    url: file:///etc/passwd\n", 4, "invalid_url"),
        ("schema: bottega.assistant/1\nknowledge:\n  - type: url\n    file: knowledge/a.md\n", 3, "invalid"),
        ("schema: bottega.assistant/1\nknowledge:\n  - file: knowledge/a.md\n    source: src_1\n", 4, "unknown_field"),
        ("schema: bottega.assistant/1\nknowledge:\n  - file: knowledge/a.md\n    document: doc_1\n", 4, "unknown_field"),
    ],
)  # fmt: skip
def test_the_line_that_is_wrong_is_named(api: JsonClient, text: str, line: int, code: str) -> None:
    problem = refused(bring(api, text.encode(), "assistant.yaml"), api)
    assert problem["errors"][0]["code"] == code
    assert problem["detail"].startswith(f"assistant.yaml, line {line}: "), problem["detail"]


def test_a_megabyte_of_instructions(api: JsonClient) -> None:
    text = GOOD.decode() + "  instructions:\n    text: " + "x" * 1_000_000 + "\n"
    problem = refused(bring(api, text.encode(), "assistant.yaml"), api)
    assert problem["detail"].startswith("assistant.yaml, line 6: ")
    assert problem["errors"][0]["field"] == "specification.instructions.text"


def test_bytes_that_are_no_text(api: JsonClient) -> None:
    problem = refused(bring(api, b"schema: bottega.assistant/1\nname: \xff\n", "assistant.yaml"), api)
    assert problem["detail"].startswith("assistant.yaml, line 2: ")


def test_json_of_a_great_depth(api: JsonClient) -> None:
    data = b'{"gizmo": {"display": {"name": "A", "x": ' + b"[" * 500 + b"]" * 500 + b"}}}"
    assert refused(bring(api, data, "gpt.json"), api)["errors"][0]["code"] == "too_complex"


def test_a_file_with_other_bytes_than_its_hash_says(api: JsonClient) -> None:
    listed = GOOD + b"knowledge:\n  - file: knowledge/a.md\n    sha256: " + b"0" * 64 + b"\n"
    problem = refused(bring(api, zipped(("assistant.yaml", listed), ("knowledge/a.md", b"words"))), api)
    assert problem["detail"].startswith("assistant.yaml, line 7: ")


# --- Over a draft ---


def push(api: JsonClient, assistant_id: str, data: bytes, **headers: str) -> Any:
    file = {"file": SimpleUploadedFile("a.zip", data)}
    return api.put(f"{BASE}/{assistant_id}/import", file, format="multipart", headers=headers)


def test_a_push_leaves_nothing_out_silently(api: JsonClient, alice: Actor) -> None:
    assistant = make_assistant(alice, "Before").public_id
    table = GOOD + b"knowledge:\n  - file: knowledge/a.xlsx\n"
    answer = push(api, assistant, zipped(("assistant.yaml", table), ("knowledge/a.xlsx", b"x")))
    assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (400, "assistant.yaml, line 6")
    model = GOOD + b"  model:\n    id: org:acme/secret\n"
    answer = push(api, assistant, zipped(("assistant.yaml", model)))
    assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (400, "assistant.yaml, line 6")
    assert api.get(f"{BASE}/{assistant}").json()["name"] == "Before"


def test_a_push_over_somebody_elses_change_is_refused(api: JsonClient, alice: Actor) -> None:
    assistant = make_assistant(alice, "Before").public_id
    tag = api.get(f"{BASE}/{assistant}/draft")["ETag"]
    api.patch(f"{BASE}/{assistant}/draft", {"profile": {"tagline": "New"}})
    stale = push(api, assistant, zipped(("assistant.yaml", GOOD)), **{"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_revision")
    assert push(api, assistant, zipped(("assistant.yaml", GOOD))).status_code == 200


def test_another_organisations_assistant_is_not_there(api: JsonClient, charlie: Actor) -> None:
    theirs = make_assistant(charlie, "Theirs").public_id
    for answer in (
        api.get(f"{BASE}/{theirs}/export"),
        api.get(f"{BASE}/{theirs}/import"),
        push(api, theirs, zipped(("assistant.yaml", GOOD))),
        push(api, "asst_nothing", zipped(("assistant.yaml", GOOD))),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_no_file_two_files_and_odd_fields(api: JsonClient) -> None:
    path = f"{BASE}/import"
    assert api.post(path, {}, format="multipart").json()["errors"][0]["field"] == "file"
    odd = {"file": SimpleUploadedFile("a.yaml", GOOD), "colour": "red"}
    assert api.post(path, odd, format="multipart").json()["errors"][0]["field"] == "colour"
    assert (
        api.post(
            path + "?format=word", {"file": SimpleUploadedFile("a", GOOD)}, format="multipart"
        ).status_code
        == 400
    )
