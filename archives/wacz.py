"""WACZ: a collection as one file that replayweb.page opens, after WACZ 1.1.1 and WACZ Signing and Verification 0.1.0.

Beside what the format asks for (`archive/`, `indexes/`, `pages/`) a package has what proves it: the chain and its
public key in `provenance/`, `texts-RUN/` and `runs-RUN/` for each finished run, `rules/`, `models/`. Folders of ours
are one level deep: py-wacz knows a file by its last folder and its name.

A signature is the specification's anonymous one, to the letter of what ArchiveWeb.page writes: ECDSA on P-384 with
SHA-256 over the hash's text, r and s after another as WebCrypto has them, the key as SubjectPublicKeyInfo. The Ed25519
key of the chain cannot make one, so a collection has a second key for it, `keys/wacz.key`, made on first use.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import attrs
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from archives import texts
from archives.cdxj import IndexEntry, entries
from archives.chain import CHAIN, PUBLIC, run_digests
from archives.collection import INDEX, Collection
from archives.digest import sha256
from archives.errors import ArchiveError, CollectionError, StorageError
from archives.storage.base import Storage
from archives.warc.writer import OPEN

VERSION = "1.1.1"
SIGNING_KEY = "keys/wacz.key"
TEXT_LIMIT = 1 << 15
"""Characters up to which a text goes into the list of pages, where readers search; a longer one is only a file."""

_BLOCK = 1 << 18
_INDEX_LINES = 300
"""Of one gzip member of the index, as cdxj-indexer cuts it."""
_SEALED = {"documents.jsonl": "documents_sha256", "run.json": "run_json_sha256", "report.html": "report_html_sha256"}


class NotAsSealedError(ArchiveError):
    """A file is not the one that the chain vouches for: a finding; nothing is packed."""


@attrs.frozen(kw_only=True)
class Packed:
    """What went into a package."""

    file: Path
    size: int
    warcs: int
    captures: int
    pages: int
    texts: int
    public_key: str | None
    """Base64 of the key that the signature is to be checked with; None where nothing was signed."""
    left_out: tuple[str, ...]
    """What of the collection is not in it, and why, one line each."""


def pack(
    collection: Collection,
    target: Path,
    *,
    software: str,
    sign: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Packed:
    """Packs what the chain has sealed, every file checked against its seal as it is read; a crawl may go on meanwhile.

    `target` is there whole or not at all; one that is there already is replaced. `progress` is told the bytes of WARCs
    done, and of how many. Raises `CollectionError` for a target that cannot be used or a collection with nothing to
    pack, `NotAsSealedError`, `StorageError`.
    """
    _check_target(target, collection.path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            packed = _Packer(collection, file, software, progress).pack(target, sign=sign)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise StorageError(f"{target}: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return attrs.evolve(packed, size=target.stat().st_size)


def _check_target(target: Path, collection: Path) -> None:
    if target.suffix != ".wacz":
        raise CollectionError(f"{target}: the name of a package ends in .wacz")
    if not target.parent.is_dir():
        raise CollectionError(f"{target.parent}: no such folder; make it first")
    if target.is_dir():
        raise CollectionError(f"{target}: a folder has that name; choose another")
    if target.resolve().is_relative_to(collection.resolve()):
        raise CollectionError(f"{target}: lies inside the collection; choose a place outside {collection}")


class _Packer:
    """One package being written: what is added comes back as a resource of datapackage.json."""

    def __init__(
        self, collection: Collection, file: BinaryIO, software: str, progress: Callable[[int, int], None] | None
    ) -> None:
        self._collection, self._file, self._software = collection, file, software
        self._progress = progress or (lambda done, total: None)
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._resources: list[dict[str, Any]] = []
        self._captures = self._pages = self._texts = 0

    def pack(self, target: Path, *, sign: bool) -> Packed:
        collection, storage = self._collection, self._collection.storage
        warcs = [name for name in storage.names("archive") if name.endswith(".warc.gz")]
        if not warcs:
            raise CollectionError(f"{collection.path}: no closed WARC file yet, so there is nothing to pack")
        runs = [run for run in collection.runs() if run in collection.chain.sealed("run")]
        with ZipFile(self._file, "w", allowZip64=True) as self._zip:
            self._add_warcs(warcs)
            self._add("pages/pages.jsonl", self._page_list(runs))
            for run in runs:
                self._add_run(run)
            for folder in ("rules", "models"):
                self._add_files(folder, folder, [name for name in storage.names(folder) if name.endswith(".json")])
            self._add("provenance/chain.jsonl", [_whole_lines(storage.read(CHAIN))])
            self._add("provenance/public.pem", [storage.read(PUBLIC)])
            public_key = self._add_manifest(sign=sign)
        return Packed(
            file=target, size=0, warcs=len(warcs), captures=self._captures, pages=self._pages, texts=self._texts,
            public_key=public_key, left_out=tuple(self._left_out(runs)),
        )  # fmt: skip

    def _add_warcs(self, names: list[str]) -> None:
        """Each WARC as it lies, held against its seal; then the index, held against what the WARCs give."""
        storage, sealed = self._collection.storage, self._collection.chain.sealed("warc")
        sizes = {name: storage.path(f"archive/{name}").stat().st_size for name in names}
        done, total, wanted = 0, 2 * sum(sizes.values()), _LineSum()
        for name in names:
            with storage.open(f"archive/{name}") as file:
                pieces = self._counted(_pieces(file), done, total)
                digest = self._add(f"archive/{name}", pieces, size=sizes[name], stored=True)
                if digest != sealed.get(name, {}).get("sha256"):
                    raise NotAsSealedError(f"archive/{name}: it is not the file that the chain sealed; run verify")
                file.seek(0)
                for entry in entries(file, name):
                    wanted.add(entry.line())
            self._progress(done := done + 2 * sizes[name], total)
        self._add_index(set(names), wanted)

    def _counted(self, pieces: Iterable[bytes], done: int, total: int) -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            done += len(piece)
            self._progress(done, total)

    def _add_index(self, warcs: set[str], wanted: _LineSum) -> None:
        """The index in gzip members, and the table of where each begins (pywb's "zipnum" in CDXJ)."""
        table = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': 'index.cdx.gz'})}\n"]
        found = _LineSum()
        self._add("indexes/index.cdx.gz", self._index_members(warcs, table, found), stored=True)
        if found != wanted:
            raise NotAsSealedError(f"{INDEX}: it is not the one that the WARC files give; run index to make it anew")
        self._add("indexes/index.idx", (line.encode("utf-8") for line in table))
        self._captures = found.count

    def _index_members(self, warcs: set[str], table: list[str], found: _LineSum) -> Iterator[bytes]:
        offset = 0
        for lines in _batches(self._index_lines(warcs, found), _INDEX_LINES):
            member = gzip.compress(b"".join(lines), mtime=0)
            begins = lines[0].partition(b" {")[0].decode("utf-8")
            known = {"offset": offset, "length": len(member), "digest": sha256(member)}
            table.append(f"{begins} {json.dumps(known)}\n")
            offset += len(member)
            yield member

    def _index_lines(self, warcs: set[str], found: _LineSum) -> Iterator[bytes]:
        before = b""
        try:
            with self._collection.storage.open(INDEX) as file:
                for number, line in enumerate(file, start=1):
                    try:
                        entry = IndexEntry.parse(line)
                    except ValueError as error:
                        raise NotAsSealedError(f"{INDEX} line {number}: {error}; run index to make it anew") from error
                    if line <= before:
                        raise NotAsSealedError(f"{INDEX} line {number}: out of order; run index to make it anew")
                    before = line
                    if entry.location.file in warcs:
                        found.add(line)
                        yield line
        except FileNotFoundError:
            raise NotAsSealedError(f"{INDEX}: is missing; run index to make it anew") from None

    def _page_list(self, runs: list[str]) -> Iterator[bytes]:
        """One line for each URL that has a text, from the newest run that has one."""
        yield _line({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"})
        newest = {row["url"]: run for run in runs for row in self._collection.texts(run).rows()}
        for run in runs:
            store = self._collection.texts(run)
            for row in store.rows():
                if newest[row["url"]] == run:
                    self._pages += 1
                    yield _line(_page(row, store))

    def _add_run(self, run: str) -> None:
        storage, sealed = self._collection.storage, self._collection.chain.sealed("run")[run]
        now = run_digests(storage, run)
        for name, field in _SEALED.items():
            if now[field] != sealed.get(field):
                raise NotAsSealedError(f"run {run}: {name} is not the one that the chain sealed; run verify")
        names = storage.names(f"texts/{run}")
        for name in names:
            if name != texts.DOCUMENTS and not texts.names_text(name, storage.read(f"texts/{run}/{name}")):
                raise NotAsSealedError(f"texts/{run}/{name}: it is not the text that its name says; run verify")
        self._texts += sum(name != texts.DOCUMENTS for name in names)
        self._add_files(f"texts/{run}", f"texts-{run}", names)
        reports = [name for name in storage.names(f"runs/{run}") if name in _SEALED]
        self._add_files(f"runs/{run}", f"runs-{run}", reports)

    def _add_files(self, folder: str, under: str, names: Iterable[str]) -> None:
        for name in names:
            with self._collection.storage.open(f"{folder}/{name}") as file:
                self._add(f"{under}/{name}", _pieces(file))

    def _add_manifest(self, *, sign: bool) -> str | None:
        created = _rfc3339(self._now)
        manifest = {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": self._collection.name,
            "description": f"The collection {self._collection.name}: WARC files, texts, and the chain that seals them.",
            "created": created,
            "modified": created,
            "software": self._software,
            "resources": self._resources,
        }
        data = json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8")
        self._write("datapackage.json", [data])
        digest: dict[str, Any] = {"path": "datapackage.json", "hash": sha256(data)}
        public_key = None
        if sign:
            signature, public_key = _sign(self._collection.storage, digest["hash"])
            software, _, version = self._software.partition("/")
            digest["signedData"] = {
                "hash": digest["hash"],
                "created": created,
                "software": software,
                "version": version,
                "signature": signature,
                "publicKey": public_key,
            }
        self._write("datapackage-digest.json", [json.dumps(digest, indent=2).encode("utf-8")])
        return public_key

    def _add(self, path: str, pieces: Iterable[bytes], *, size: int = 0, stored: bool = False) -> str:
        """Writes a resource; gives its digest."""
        digest, written = self._write(path, pieces, size=size, stored=stored)
        name = path.lower()  # Data Package 1.0: lower case, unique
        self._resources.append({"name": name, "path": path, "hash": digest, "bytes": written})
        return digest

    def _write(self, path: str, pieces: Iterable[bytes], *, size: int = 0, stored: bool = False) -> tuple[str, int]:
        entry = ZipInfo(path, self._now.timetuple()[:6])
        entry.compress_type = ZIP_STORED if stored else ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        entry.file_size = size  # so that zipfile makes room for a large one
        state, written = hashlib.sha256(), 0
        with self._zip.open(entry, "w", force_zip64=size > 1 << 30) as file:
            for piece in pieces:
                file.write(piece)
                state.update(piece)
                written += len(piece)
        return f"sha256:{state.hexdigest()}", written

    def _left_out(self, runs: list[str]) -> Iterator[str]:
        for name in self._collection.storage.names("archive"):
            if name.endswith(OPEN):
                yield f"archive/{name}: not closed; a crawl is at work or was cut off (doctor tells)"
        for run in self._collection.runs():
            if run not in runs:
                yield f"run {run}: not finished, so the chain does not vouch for its texts"


@attrs.define
class _LineSum:
    """A digest of lines whatever their order, in the memory of one: their number, and the sum of their SHA-256."""

    count: int = 0
    total: int = 0

    def add(self, line: bytes) -> None:
        self.count += 1
        self.total += int.from_bytes(hashlib.sha256(line).digest(), "big")


def _page(row: dict[str, Any], store: texts.TextStore) -> dict[str, Any]:
    """A row as a page. The time is that of the capture, to the second as in the index, so that readers find it."""
    taken = datetime.fromisoformat(row["captured_at"]) if row.get("captured_at") else None
    known: dict[str, Any] = {
        "id": hashlib.sha256(row["url"].encode("utf-8", "replace")).hexdigest()[:16],
        "url": row["url"],
        "ts": _rfc3339((taken or datetime(1970, 1, 1, tzinfo=UTC)).astimezone(UTC)),
        "title": row.get("title") or row["url"],
    }
    text = store.read(row["file"]).decode("utf-8", "replace")
    if len(text) <= TEXT_LIMIT:
        known["text"] = text
    return known


def _sign(storage: Storage, stated: str) -> tuple[str, str]:
    """Signature and public key, both base64. Raises `CollectionError` for a key that cannot be used."""
    key = _signing_key(storage)
    r, s = decode_dss_signature(key.sign(stated.encode("ascii"), ec.ECDSA(SHA256())))
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    signature = r.to_bytes(48, "big") + s.to_bytes(48, "big")
    return base64.b64encode(signature).decode("ascii"), base64.b64encode(public).decode("ascii")


def _signing_key(storage: Storage) -> ec.EllipticCurvePrivateKey:
    if not storage.exists(SIGNING_KEY):
        fresh = ec.generate_private_key(ec.SECP384R1())
        pem = fresh.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        storage.replace(SIGNING_KEY, pem, private=True)
        return fresh
    try:
        key = serialization.load_pem_private_key(storage.read(SIGNING_KEY), password=None)
    except (ValueError, TypeError) as error:
        raise CollectionError(f"{storage.path(SIGNING_KEY)}: cannot be used as signing key: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP384R1):
        raise CollectionError(f"{storage.path(SIGNING_KEY)}: the key for packages must be ECDSA on P-384")
    return key


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_BLOCK):
        yield piece


def _batches(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _whole_lines(data: bytes) -> bytes:
    """Without a last line that is being written, or was torn."""
    return data[: data.rfind(b"\n") + 1]


def _line(known: dict[str, Any]) -> bytes:
    return json.dumps(known, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _rfc3339(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
