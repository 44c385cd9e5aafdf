"""Zips that are made to burst, before anything of them is unpacked."""

import io
import struct
import zipfile

import pytest

from assistants.knowledge.parsing.archives import check_archive
from assistants.knowledge.parsing.blocks import ParsingFailed


def zipped(*members: tuple[str, bytes]) -> bytearray:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return bytearray(file.getvalue())


def test_a_plain_one_gives_its_names() -> None:
    assert check_archive(io.BytesIO(zipped(("a", b"1"), ("b", b"2")))) == {"a", "b"}


@pytest.mark.parametrize("inside", [0, 40])
def test_members_that_share_bytes_are_refused(inside: int) -> None:
    data = zipped(("a", b"x" * 500), ("b", b"x" * 500))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", inside)
    with pytest.raises(ParsingFailed) as refusal:
        check_archive(io.BytesIO(data))
    assert refusal.value.code == "unpacked_too_large"
