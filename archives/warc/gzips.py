"""Gzip members: each record is one, so that it can be read by itself (WARC/1.1, annex on compression)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, Protocol

import attrs

from archives.capture import Spool

_isal: Any
try:
    from isal import isal_zlib as _isal
except ImportError:  # no wheel for this machine: slower, the same format
    _isal = None
_ERRORS = (zlib.error,) if _isal is None else (zlib.error, _isal.error)

_BLOCK = 1 << 16
_MAGIC = b"\x1f\x8b\x08"


class Sink(Protocol):
    """What takes the bytes of a member."""

    def write(self, data: bytes, /) -> int: ...


class MemberWriter:
    """A file-like end of a pipe: what is written until `flush` becomes one gzip member in `out`.

    The compressor is fed in pieces of one size whatever the writes were, so that the same bytes always give the same
    member: an auditor can compress again and compare.
    """

    def __init__(self, out: Sink, *, fallback: bool = False) -> None:
        self._out = out
        self._fallback = fallback or _isal is None
        self._press = self._compressor()
        self._held = bytearray()

    def _compressor(self) -> Any:
        return zlib.compressobj(6, zlib.DEFLATED, 31) if self._fallback else _isal.compressobj(3, zlib.DEFLATED, 31)

    def write(self, data: bytes) -> int:
        self._held += data
        while len(self._held) >= _BLOCK:
            self._out.write(self._press.compress(bytes(self._held[:_BLOCK])))
            del self._held[:_BLOCK]
        return len(data)

    def flush(self) -> None:
        """Ends the member; what comes after is another one."""
        self._out.write(self._press.compress(bytes(self._held)) + self._press.flush())
        self._held.clear()
        self._press = self._compressor()


@attrs.frozen(kw_only=True)
class Member:
    """One gzip member of a file, decompressed; or a stretch of bytes that is none."""

    offset: int
    length: int
    content: Spool
    damage: str | None = None
    """Why these bytes are not a whole member; None where they are."""
    torn: bool = False
    """Whether the file simply ends before the member does."""


def read_member(file: BinaryIO, offset: int) -> Member:
    """The member that starts at `offset`; a damaged one has what could be read of it in `content`."""
    file.seek(offset)
    content, unpress, at = Spool(), _decompressor(), offset
    while data := file.read(_BLOCK):
        try:
            content.append(unpress.decompress(data))
        except _ERRORS as error:
            return Member(offset=offset, length=at - offset, content=content, damage=f"not a gzip member: {error}")
        at += len(data)
        if unpress.eof:
            return Member(offset=offset, length=at - len(unpress.unused_data) - offset, content=content)
    return Member(offset=offset, length=at - offset, content=content, damage="the file ends within a member", torn=True)


def members(file: BinaryIO, offset: int = 0) -> Iterator[Member]:
    """Every member from `offset` on. After a damaged one the next whole one is looked for."""
    end = file.seek(0, 2)
    while offset < end:
        member = read_member(file, offset)
        if member.damage:
            following = _next_whole(file, offset + 1, end)
            torn = member.torn and following == end
            member = attrs.evolve(member, length=following - offset, torn=torn)
        yield member
        offset += member.length


def _next_whole(file: BinaryIO, offset: int, end: int) -> int:
    """Where the next whole member starts; `end` where there is none."""
    while offset < end:
        file.seek(offset)
        data = file.read(_BLOCK)
        found = data.find(_MAGIC)
        if found < 0:
            offset += max(1, len(data) - len(_MAGIC) + 1)
            continue
        candidate = read_member(file, offset + found)
        candidate.content.close()
        if candidate.damage is None:
            return offset + found
        offset += found + 1
    return end


def _decompressor() -> Any:
    return zlib.decompressobj(31) if _isal is None else _isal.decompressobj(31)


def salvage(file: BinaryIO, offset: int, limit: int = 1 << 14) -> bytes:
    """What a damaged member still gives from its start, up to `limit` bytes of it."""
    file.seek(offset)
    unpress, found = _decompressor(), b""
    try:
        for byte in file.read(limit):
            found += unpress.decompress(bytes([byte]))
    except _ERRORS:
        pass
    return found


def pressed_alike(file: BinaryIO, member: Member) -> bool:
    """Whether `MemberWriter` makes of a member's content exactly the bytes that lie in the file."""
    file.seek(member.offset)
    raw = file.read(member.length)
    return any(_pressed(member.content, fallback=fallback) == raw for fallback in (False, True))


def _pressed(content: Spool, *, fallback: bool) -> bytes:
    out = BytesIO()
    writer = MemberWriter(out, fallback=fallback)
    stream = content.open(0, content.size)
    while data := stream.read(_BLOCK):
        writer.write(data)
    writer.flush()
    return out.getvalue()
