"""Coding: undoes the content codings of a body (RFC 9110, 8.4), with a limit against bombs."""

from __future__ import annotations

import zlib

import brotli

LIMIT = 48 << 20
"""Bytes of a decoded body that are read; the rest is left out."""


def decode_content(body: bytes, codings: str, limit: int = LIMIT) -> bytes:
    """The body without its content codings, at most `limit` bytes.

    A body that breaks off gives what came before; one that is not coded as it says is returned as it is.
    """
    names = [name.strip().lower() for name in codings.split(",") if name.strip()]
    for name in reversed(names[:5]):
        decoded = _decode(body, name, limit)
        if not decoded and body:
            return body[:limit]
        body = decoded
    return body[:limit]


def _decode(body: bytes, name: str, limit: int) -> bytes:
    if name in ("gzip", "x-gzip"):
        return _inflate(body, 31, limit)
    if name == "deflate":
        return _inflate(body, 15, limit) or _inflate(body, -15, limit)
    if name == "br":
        return _unbrotli(body, limit)
    return body


def _inflate(body: bytes, bits: int, limit: int) -> bytes:
    out = b""
    while body and len(out) < limit:
        inflater = zlib.decompressobj(bits)
        try:
            piece = inflater.decompress(body, limit - len(out))
        except zlib.error:
            return out or _salvage(body, bits, limit)
        out += piece
        if bits != 31 or not inflater.eof or not piece:
            break
        body = inflater.unused_data.lstrip(b"\0")  # further gzip members
    return out


def _salvage(body: bytes, bits: int, limit: int) -> bytes:
    """What a damaged stream gives before the damage."""
    inflater, out = zlib.decompressobj(bits), b""
    try:
        for at in range(0, len(body), 256):
            out += inflater.decompress(body[at : at + 256], max(1, limit - len(out)))
            if len(out) >= limit:
                break
    except zlib.error:
        pass
    return out


def _unbrotli(body: bytes, limit: int) -> bytes:
    decoder, out = brotli.Decompressor(), b""
    try:
        out = decoder.process(body, output_buffer_limit=limit)
        while len(out) < limit and not decoder.is_finished():
            piece = decoder.process(b"", output_buffer_limit=limit - len(out))
            if not piece:
                break
            out += piece
    except brotli.error:
        pass
    return out
