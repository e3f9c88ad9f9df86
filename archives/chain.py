"""Chain: `chain.jsonl`, one signed line for each closed WARC and each finished run, each naming the line before it.

A line is canonical JSON with `seq`, `prev` (the digest of the line before), `kind`, `when`, what it seals, and an
Ed25519 `signature` over the rest of it. The key is generated into `keys/signing.key` unless one is given: whoever can
write there could also forge. Give a key that lies elsewhere where that matters; a reader only needs `keys/public.pem`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from archives.digest import NOTHING, sha256
from archives.errors import CollectionError, StorageError
from archives.storage.base import Storage

CHAIN = "chain.jsonl"
PRIVATE = "keys/signing.key"
PUBLIC = "keys/public.pem"
KEY_VARIABLE = "ARCHIVE_SIGNING_KEY"
"""Environment variable: the path of a PEM file with an Ed25519 private key."""


_KEY_SIZE = 1 << 16
"""Bytes; no key is as long."""


@attrs.frozen(kw_only=True)
class Link:
    """A line of the chain as it lies there."""

    number: int
    """From 1."""
    offset: int
    line: bytes
    """Without its line end."""
    known: Mapping[str, Any]
    """What it says; empty where it is no canonical JSON object."""
    whole: bool
    """Whether it has its line end."""


class Chain:
    """The chain of one collection. One process appends."""

    def __init__(self, storage: Storage, key_file: Path | None = None) -> None:
        """`key_file`: an Ed25519 private key, PEM; else the environment's, else the collection's own."""
        self._storage = storage
        named = os.environ.get(KEY_VARIABLE)
        self._key_file = key_file or (Path(named) if named else None)

    def check_key(self) -> None:
        """Makes sure that lines can be signed, before there is anything to sign. Raises as `append` does."""
        self._private_key()

    def append(self, kind: str, **sealed: Any) -> None:
        """Adds a signed line and has it on the medium. Raises `StorageError`, `CollectionError` for an unusable key."""
        key = self._private_key()
        links = list(self.links())
        if links and not links[-1].whole:
            links = self._mend(links)
        known = {
            "seq": len(links) + 1,
            "prev": sha256(links[-1].line) if links else NOTHING,
            "kind": kind,
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            **sealed,
        }
        known["signature"] = key.sign(_canonical(known)).hex()
        self._storage.append(CHAIN, _canonical(known) + b"\n")

    def links(self) -> Iterator[Link]:
        """Every line there is, sound or not."""
        try:
            data = self._storage.read(CHAIN)
        except FileNotFoundError:
            return
        offset = 0
        for number, line in enumerate(BytesIO(data), start=1):
            bare = line.removesuffix(b"\n")
            yield Link(number=number, offset=offset, line=bare, known=_known(bare), whole=bare != line)
            offset += len(line)

    def sealed(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """What the chain says of each WARC (`kind` "warc") or run ("run"), by name; the latest line counts."""
        return sealed(self.links(), kind)

    def public_key(self) -> Ed25519PublicKey | None:
        """The key that lines are to be checked with; None where there is none. Raises `ValueError` for a broken one."""
        try:
            data = self._key_bytes(PUBLIC)
        except FileNotFoundError:
            return None
        key = _public(data)
        if _pem(key) != data:
            raise ValueError("not an Ed25519 key in its usual form")
        return key

    def fingerprint(self) -> str | None:
        """`fingerprint` of the public key; None where there is none that can be used."""
        try:
            key = self.public_key()
        except (ValueError, StorageError):
            return None
        return None if key is None else fingerprint(key)

    def own_key(self) -> Ed25519PublicKey | None:
        """The public half of the key in `keys/signing.key`; None where there is none. Raises `ValueError` for junk."""
        try:
            return _private(self._key_bytes(PRIVATE)).public_key()
        except FileNotFoundError:
            return None

    def configured_key(self) -> tuple[Path, Ed25519PublicKey] | None:
        """The file of the key that signs by setting or environment, and its public half; None where none is named.

        Raises `CollectionError` where it cannot be used.
        """
        return None if self._key_file is None else (self._key_file, self._load(self._key_file).public_key())

    def _key_bytes(self, name: str) -> bytes:
        with self._storage.open(name) as file:
            return file.read(_KEY_SIZE)

    def _mend(self, links: list[Link]) -> list[Link]:
        """A last line without its line end: completed where it is a link in all else, cut off where it is not."""
        last = links[-1]
        key = self.public_key()
        before = sha256(links[-2].line) if len(links) > 1 else NOTHING
        if key is not None and flaw(last, before, key) is None:
            self._storage.append(CHAIN, b"\n")
            return links
        self._storage.cut(CHAIN, last.offset)
        return links[:-1]

    def _private_key(self) -> Ed25519PrivateKey:
        key = self._load(self._key_file) if self._key_file else self._own_key()
        public = _pem(key.public_key())
        if not self._storage.exists(PUBLIC):
            self._storage.replace(PUBLIC, public)
        elif self._storage.read(PUBLIC) != public:
            where = self._key_file or self._storage.path(PRIVATE)
            raise CollectionError(f"{where}: not the key that {self._storage.path(PUBLIC)} is the public half of")
        return key

    def _own_key(self) -> Ed25519PrivateKey:
        if self._storage.exists(PRIVATE):
            return self._load(self._storage.path(PRIVATE))
        if self._storage.exists(PUBLIC):
            raise CollectionError(
                f"{self._storage.path(PRIVATE)}: the signing key is missing; name its file in {KEY_VARIABLE}"
            )
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._storage.replace(PRIVATE, pem, private=True)
        return key

    @staticmethod
    def _load(path: Path) -> Ed25519PrivateKey:
        try:
            return _private(path.read_bytes())
        except (OSError, ValueError) as error:
            raise CollectionError(f"{path}: cannot be used as signing key: {error}") from error


def sealed(links: Iterable[Link], kind: str) -> dict[str, Mapping[str, Any]]:
    """See `Chain.sealed`."""
    named = "file" if kind == "warc" else "run"
    return {
        str(link.known[named]): link.known for link in links if link.known.get("kind") == kind and named in link.known
    }


def load_public_key(path: Path) -> Ed25519PublicKey:
    """The key in a PEM file that somebody was given. Raises `CollectionError` where there is none."""
    try:
        return _public(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CollectionError(f"{path}: cannot be used as public key: {error}") from error


def fingerprint(key: Ed25519PublicKey) -> str:
    """The digest of the key as DER (SubjectPublicKeyInfo, RFC 8410), to be told and compared by other ways."""
    return sha256(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def run_digests(storage: Storage, run: str) -> dict[str, Any]:
    """What a line says of a run; null where a file is not there.

    `rows` has the first 8 hex digits of each row's digest: where the table changed, they tell the row.
    """
    documents = _read(storage, f"texts/{run}/documents.jsonl")
    rows = BytesIO(documents or b"").readlines()
    return {
        "documents_sha256": None if documents is None else sha256(documents),
        "run_json_sha256": _digest(_read(storage, f"runs/{run}/run.json")),
        "report_html_sha256": _digest(_read(storage, f"runs/{run}/report.html")),
        "texts": len(rows),
        "rows": [row_mark(row) for row in rows],
    }


def row_mark(line: bytes) -> str:
    """The first 8 hex digits of the digest of a line."""
    return sha256(line).removeprefix("sha256:")[:8]


def _read(storage: Storage, name: str) -> bytes | None:
    try:
        return storage.read(name)
    except FileNotFoundError:
        return None


def _digest(data: bytes | None) -> str | None:
    return None if data is None else sha256(data)


def flaw(link: Link, before: str, key: Ed25519PublicKey) -> str | None:
    """What is wrong with a line, given the digest of the one before it; None where nothing is."""
    if not link.known:
        return "no canonical JSON object"
    if link.known.get("seq") != link.number:
        return f"says it is line {link.known.get('seq')}"
    if link.known.get("prev") != before:
        return "does not follow the line before it"
    signed = {name: value for name, value in link.known.items() if name != "signature"}
    try:
        signature = bytes.fromhex(stated := str(link.known.get("signature")))
        if signature.hex() != stated:
            return "its signature is not written in lower-case hex"
        key.verify(signature, _canonical(signed))
    except (InvalidSignature, ValueError):
        return "its signature does not hold"
    return None


def _public(data: bytes) -> Ed25519PublicKey:
    """Raises `ValueError` for what is no such key."""
    try:
        key = serialization.load_pem_public_key(data)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("it must be an Ed25519 key")
    return key


def _private(data: bytes) -> Ed25519PrivateKey:
    """Raises `ValueError` for what is no such key."""
    try:
        key = serialization.load_pem_private_key(data, password=None)
    except (UnsupportedAlgorithm, TypeError) as error:  # the second for one that wants a password
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("it must be an Ed25519 key")
    return key


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _known(line: bytes) -> Mapping[str, Any]:
    try:
        known = json.loads(line)
        # a lone surrogate can be read and not written
        return known if isinstance(known, dict) and _canonical(known) == line else {}
    except (ValueError, RecursionError):
        return {}


def _canonical(known: Mapping[str, Any]) -> bytes:
    return json.dumps(known, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
