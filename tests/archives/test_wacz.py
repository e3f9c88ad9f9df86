"""A package against its specification: what lies in it, how, and whether it proves itself."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from archives import wacz
from archives.collection import Collection
from archives.errors import CollectionError
from archives.wacz import NotAsSealedError, Packed, pack
from tests.archives.samples import RUN, capture, ok, small_collection


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return small_collection(tmp_path)


def packed(collection: Collection, **more: Any) -> tuple[Packed, ZipFile]:
    target = collection.path.parent / "small.wacz"
    made = pack(collection, target, software="newsarchive/0.1.0", **more)
    assert made.file == target and made.size == target.stat().st_size
    return made, ZipFile(target)


def manifest(package: ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(package.read("datapackage.json"))
    return found


def test_every_file_is_a_resource_with_its_digest(collection: Collection) -> None:
    _, package = packed(collection)
    known = manifest(package)
    assert known["profile"] == "data-package" and known["wacz_version"] == "1.1.1"
    resources = {resource["path"]: resource for resource in known["resources"]}
    assert {*resources, "datapackage.json", "datapackage-digest.json"} == set(package.namelist())
    assert len({resource["name"] for resource in known["resources"]}) == len(resources)
    for path, resource in resources.items():
        data = package.read(path)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}" and resource["bytes"] == len(data)
        assert path.count("/") == 1, "py-wacz knows no deeper folders"
    digest = json.loads(package.read("datapackage-digest.json"))
    assert digest == {
        "path": "datapackage.json",
        "hash": f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}",
    }


def test_warcs_are_stored_as_they_lie(collection: Collection) -> None:
    made, package = packed(collection)
    warcs = [entry for entry in package.infolist() if entry.filename.startswith("archive/")]
    assert len(warcs) == made.warcs == 1
    for entry in [*warcs, package.getinfo("indexes/index.cdx.gz")]:
        assert entry.compress_type == ZIP_STORED
    for entry in warcs:
        assert package.read(entry) == (collection.path / entry.filename).read_bytes()


def test_index_can_be_read_member_by_member(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wacz, "_INDEX_LINES", 3)
    made, package = packed(collection)
    data = package.read("indexes/index.cdx.gz")
    header, *table = package.read("indexes/index.idx").decode().splitlines()
    assert header == '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}'
    lines: list[bytes] = []
    for row in table:
        begins, _, rest = row.partition(" {")
        known = json.loads("{" + rest)
        member = data[known["offset"] : known["offset"] + known["length"]]
        assert known["digest"] == f"sha256:{hashlib.sha256(member).hexdigest()}"
        here = gzip.decompress(member).splitlines(keepends=True)
        assert here[0].decode().startswith(begins + " {")
        lines += here
    assert len(table) == 3 and len(lines) == made.captures == 7
    assert b"".join(lines) == (collection.path / "indexes/index.cdxj").read_bytes()


def test_pages_are_the_newest_texts(collection: Collection) -> None:
    later = "20261123T000000Z-ab13"
    row = next(collection.texts(RUN).rows())
    collection.texts(later).put(
        "长" * (wacz.TEXT_LIMIT + 1), {**row, "title": None, "captured_at": "2026-11-22T14:30:00.5+08:00"}
    )
    collection.seal_run(later)
    made, package = packed(collection)
    header, *pages = [json.loads(line) for line in package.read("pages/pages.jsonl").decode().splitlines()]
    assert header["format"] == "json-pages-1.0" and header["id"]
    assert len({page["url"] for page in pages}) == len(pages) == made.pages == 6 and made.texts == 7
    (newest,) = [page for page in pages if page["url"] == row["url"]]
    assert newest["ts"] == "2026-11-22T06:30:00Z" and newest["title"] == row["url"] and "text" not in newest
    assert all(page["title"] == "河口新桥通车" and page["url"] in page["text"] for page in pages if page is not newest)


def test_what_proves_it_goes_along_and_no_secret(collection: Collection) -> None:
    _, package = packed(collection, sign=True)
    assert package.read("provenance/chain.jsonl") == (collection.path / "chain.jsonl").read_bytes()
    assert package.read("provenance/public.pem") == (collection.path / "keys/public.pem").read_bytes()
    folder = collection.path / "texts" / RUN
    for path in folder.iterdir():
        assert package.read(f"texts-{RUN}/{path.name}") == path.read_bytes()
    assert package.read(f"runs-{RUN}/run.json") == b'{"run": 1}'
    assert not any(b"PRIVATE KEY" in package.read(name) for name in package.namelist())
    assert (collection.path / wacz.SIGNING_KEY).stat().st_mode & 0o077 == 0


def test_signature_holds_for_the_manifest_and_nothing_else(collection: Collection) -> None:
    made, package = packed(collection, sign=True)
    digest = json.loads(package.read("datapackage-digest.json"))
    signed = digest["signedData"]
    assert set(signed) == {"hash", "created", "software", "version", "signature", "publicKey"}
    assert signed["hash"] == digest["hash"] and signed["created"] == manifest(package)["created"]
    assert (signed["software"], signed["version"]) == ("newsarchive", "0.1.0")
    key = load_der_public_key(base64.b64decode(signed["publicKey"]))
    assert isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1)
    raw = base64.b64decode(signed["signature"])
    assert len(raw) == 96
    signature = encode_dss_signature(int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))
    key.verify(signature, signed["hash"].encode(), ec.ECDSA(SHA256()))
    again, _ = packed(collection, sign=True)
    assert again.public_key == made.public_key == signed["publicKey"], "one key for all packages of a collection"


def test_what_is_not_finished_is_left_out(collection: Collection) -> None:
    collection.start_writing({"software": "tests"})
    taken = collection.read(collection.append(capture("http://127.0.0.2:8080/late", ok())))
    collection.texts("20261123T000000Z-cd34").put("晚到", {"url": taken.url})
    made, package = packed(collection)
    assert len(made.left_out) == 2 and ".open" in made.left_out[0] and "20261123T000000Z-cd34" in made.left_out[1]
    assert not any("cd34" in name or "open" in name for name in package.namelist())
    assert b"/late" not in gzip.decompress(package.read("indexes/index.cdx.gz"))
    collection.stop_writing()


@pytest.mark.parametrize("place", ["archive", f"texts/{RUN}", f"runs/{RUN}", "indexes"])
def test_one_changed_byte_and_nothing_is_packed(collection: Collection, place: str) -> None:
    victim = sorted((collection.path / place).iterdir())[0]
    data = bytearray(victim.read_bytes())
    data[data.index(b"{") if place == "indexes" else len(data) // 2] ^= 1
    victim.write_bytes(data)
    target = collection.path.parent / "small.wacz"
    target.write_bytes(b"the older one")
    with pytest.raises(NotAsSealedError, match=place.split("/")[0] if "runs" not in place else "run "):
        pack(collection, target, software="tests")
    assert target.read_bytes() == b"the older one"
    assert sorted(path.name for path in target.parent.iterdir()) == ["small", "small.wacz"], "no draft is left"


@pytest.mark.parametrize("change", ["offset", "swapped", "left out", "missing", "no line"])
def test_an_index_that_the_warcs_do_not_give(collection: Collection, change: str) -> None:
    index = collection.path / "indexes/index.cdxj"
    lines = index.read_bytes().splitlines(keepends=True)
    changed = {
        "offset": [lines[0].replace(b'"offset": "', b'"offset": "1'), *lines[1:]],
        "swapped": [lines[1], lines[0], *lines[2:]],
        "left out": lines[:3] + lines[4:],
        "no line": [lines[0], b"nonsense\n", *lines[1:]],
    }
    index.write_bytes(b"".join(changed.get(change, ())))
    if change == "missing":
        index.unlink()
    with pytest.raises(NotAsSealedError, match=r"index\.cdxj.*run index"):
        packed(collection)
    collection.rebuild_index()
    assert packed(collection)[0].captures == 7


@pytest.mark.parametrize("name", ["small/archive/x.wacz", "small/x.wacz", "x.zip", "missing/x.wacz", "folder.wacz"])
def test_targets_that_cannot_be(collection: Collection, name: str) -> None:
    root = collection.path.parent
    (root / "folder.wacz").mkdir()
    with pytest.raises(CollectionError, match=Path(name).parts[0]):
        pack(collection, root / name, software="tests")
    assert not (collection.path / "x.wacz").exists() and not (collection.path / "archive/x.wacz").exists()


def test_nothing_to_pack(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="nothing to pack"):
        pack(Collection.create(tmp_path, "empty"), tmp_path / "x.wacz", software="tests")


@pytest.mark.skipif("WACZ_VENV" not in os.environ, reason="WACZ_VENV names no environment with py-wacz")
def test_the_reference_validator_accepts_it(collection: Collection) -> None:
    made, _ = packed(collection, sign=True)
    tool = Path(os.environ["WACZ_VENV"]) / "bin" / "wacz"
    done = subprocess.run([tool, "validate", "-f", made.file], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "is valid" in done.stdout, done.stdout + done.stderr
