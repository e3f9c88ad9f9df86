"""Vouching: whether chain, keys, rules and models are such that they can vouch for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from archives.chain import CHAIN, PRIVATE, PUBLIC, Chain, Link, flaw
from archives.digest import NOTHING, sha256, sha256_stream
from archives.errors import StorageError
from archives.findings import FixityFinding
from archives.layout import DIGEST_NAME
from archives.storage.base import Storage

_UNCHECKED = "no signature can be checked"
_FORGED = "somebody else may have signed the chain"


def key_findings(
    chain: Chain,
    links: Sequence[Link],
    configured: tuple[Path, Ed25519PublicKey] | None,
    known: Ed25519PublicKey | None,
) -> Iterator[FixityFinding]:
    """The keys that lie in the collection against each other and against those known from elsewhere.

    `configured` signs here, by setting or environment; `known` was told to an auditor.
    """
    public, own = None, None
    try:
        public = chain.public_key()
        if public is None and (links or known is not None):
            yield _key(PUBLIC, "it is missing", _UNCHECKED)
    except (ValueError, StorageError) as error:
        yield _key(PUBLIC, f"no usable public key: {error}", _UNCHECKED)
    try:
        own = chain.own_key()
    except (ValueError, StorageError) as error:
        yield _key(PRIVATE, f"no usable signing key: {error}", "the next crawl cannot sign")
    if public is None:
        return
    if own is not None and own != public:
        yield _key(PRIVATE, f"{PUBLIC} is not its public half", "one of the two was changed")
    if configured is not None and configured[1] != public:
        yield _key(PUBLIC, f"not the public half of the signing key {configured[0]}", _FORGED)
    if known is not None and known != public:
        yield _key(PUBLIC, "not the public key that was given to check by", _FORGED)


def link_findings(chain: Chain, links: Sequence[Link], known: Ed25519PublicKey | None) -> Iterator[FixityFinding]:
    """Each line of the chain against the one before it and the key; nothing where there is no key."""
    if known is not None and not links:
        yield FixityFinding(kind="chain-key", file=CHAIN, what="no line is signed by the key given", meaning=_FORGED)
    key, before = known or _usable(chain), NOTHING
    for link in links if key is not None else ():
        what = flaw(link, before, key) if key is not None else None
        if what is None and not link.whole:
            what = "has no line end"
        if what is not None:
            yield FixityFinding(
                kind="chain-broken",
                file=CHAIN,
                line=link.number,
                offset=link.offset,
                what=f"this line {what}" if what[0] != "n" else f"this line is {what}",
                meaning="what it seals is not vouched for" if link.whole else "a crash tore the line",
            )
        before = sha256(link.line)


_KINDS = {"rules": ("rules-changed", "rules-missing"), "models": ("models-changed", "models-missing")}


def bases_findings(storage: Storage, folder: str, named: Mapping[str, str]) -> Iterator[FixityFinding]:
    """The files in `rules/` or `models/` against the digests that are their names; `named` are those that rows name, by
    digest with place."""
    kept = {
        f"sha256:{name.removesuffix('.json')}": f"{folder}/{name}"
        for name in storage.names(folder)
        if DIGEST_NAME.fullmatch(name)
    }
    changed, missing = _KINDS[folder]
    unproved = "no text made by them can be proved"
    for digest, path in kept.items():
        what = _flaw(storage, path, digest)
        if what is not None:
            yield FixityFinding(kind=changed, file=path, what=what, meaning=unproved)
    for digest, where in named.items():
        if digest not in kept:
            file = f"{folder}/{digest.removeprefix('sha256:')}.json"
            what = f"{where} names these {folder}, they are not there"
            yield FixityFinding(kind=missing, file=file, what=what, meaning=unproved)


def _flaw(storage: Storage, path: str, digest: str) -> str | None:
    try:
        with storage.open(path) as file:
            now = sha256_stream(file)
    except (StorageError, OSError) as error:
        return f"it cannot be read: {error}"
    return None if now == digest else f"its digest is {now}, not the one that is its name"


def _usable(chain: Chain) -> Ed25519PublicKey | None:
    try:
        return chain.public_key()
    except (ValueError, StorageError):  # found with the keys
        return None


def _key(file: str, what: str, meaning: str) -> FixityFinding:
    return FixityFinding(kind="chain-key", file=file, what=what, meaning=meaning)
