"""What the directory of a zip gives away before anything of it is unpacked."""

import stat
import zipfile
from collections.abc import Sequence

MAX_RATIO = 100
RATIO_COUNTS_FROM = 5 * 1024 * 1024
LOCAL_HEADER = 30  # bytes before a member's name and data


def bursts(members: Sequence[zipfile.ZipInfo], *, most_members: int, most_bytes: int) -> bool:
    """Whether a zip holds more than is safe to unpack: too many members or bytes, too much air, or shared bytes."""
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    airy = unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * max(1, packed)
    return len(members) > most_members or unpacked > most_bytes or airy or _overlap(members)


def is_locked(member: zipfile.ZipInfo) -> bool:
    """Whether a member is encrypted."""
    return bool(member.flag_bits & 0x1)


def is_plain(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a file or a folder, and neither a link nor a device."""
    mode = member.external_attr >> 16
    return not mode or stat.S_IFMT(mode) in (0, stat.S_IFREG, stat.S_IFDIR)


def _overlap(members: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether members share bytes: that is how a small archive holds a large one many times over."""
    end = -1
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            return True
        end = member.header_offset + LOCAL_HEADER + member.compress_size
    return False
