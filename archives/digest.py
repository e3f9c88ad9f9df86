"""Digests: SHA-256, written as `sha256:` and lower-case hex, over bytes, streams and files."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from archives.capture import WireMessage

_BLOCK = 1 << 18


def sha256(data: bytes) -> str:
    """`sha256:` and hex of `data`."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def sha256_stream(stream: BinaryIO) -> str:
    """`sha256:` and hex of what is left to read in `stream`; it is not closed."""
    state = hashlib.sha256()
    while block := stream.read(_BLOCK):
        state.update(block)
    return "sha256:" + state.hexdigest()


NOTHING = sha256(b"")
"""The digest of no bytes at all."""


def entity_digest(message: WireMessage | None) -> str:
    """The payload digest of a response: over the body, the transfer coding removed and the content coding kept."""
    if message is None:
        return NOTHING
    with message.open_entity() as entity:
        return sha256_stream(entity)
