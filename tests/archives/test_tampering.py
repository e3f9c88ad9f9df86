"""What does not belong in a collection, blocks, or vouches falsely is found, and everything else is still checked."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives.audit import audit
from archives.chain import KEY_VARIABLE, fingerprint, load_public_key
from archives.collection import Collection
from archives.errors import CollectionError, StorageError
from archives.fixity import FixityFinding, verify
from archives.storage.local import LocalStorage
from pipelines.reextraction import Reextractor
from tests.archives.samples import RUN, row_for, small_collection
from tests.archives.test_audit import reextract
from tests.commands import Workplace

FOREIGN_FILES = [
    "notes.txt", ".hidden", "chain.jsonl.bak", "ledger.sqlite-x", "archive/notes.txt", "archive/a.warc", "archive/a\nb",
    "indexes/other.cdxj", "texts/loose.txt", f"texts/{RUN}/notes.txt", f"texts/{RUN}/000_0.txt.tmp", "runs/run.json",
    f"runs/{RUN}/extra.html", "rules/default.json", "keys/other.pem", "recovered/x", "keys/.signing.key",
]  # fmt: skip
FOREIGN_FOLDERS = [
    "more", "logs/deep", "archive/sub", "archive/x.warc.gz", f"texts/{RUN}/sub", f"runs/{RUN}/sub", "texts/.hid",
    "runs/a b", "rules/sub", "keys/RUN", "texts/a\nb", "indexes/indexes",
]  # fmt: skip
FILES = [
    "chain.jsonl", "indexes/index.cdxj", f"texts/{RUN}/documents.jsonl", f"runs/{RUN}/run.json", "keys/public.pem",
    "keys/signing.key", "archive/*", "rules/*", f"texts/{RUN}/000_*",
]  # fmt: skip
FOLDERS = ["archive", "indexes", "texts", f"texts/{RUN}", "runs", f"runs/{RUN}", "rules", "keys"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return small_collection(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def copy(sound: Collection, tmp_path: Path) -> Collection:
    shutil.copytree(sound.path, tmp_path / sound.name)
    return Collection.open(tmp_path, sound.name)


def findings(collection: Collection) -> list[FixityFinding]:
    """What both find; neither raises or writes."""
    found = list(verify(collection))
    assert tuple(found) == audit(collection, reextract).findings
    return found


def kinds(collection: Collection) -> set[str]:
    return {finding.kind for finding in findings(collection)}


def spoil_a_text(collection: Collection) -> None:
    next((collection.path / "texts" / RUN).glob("005_*")).write_bytes(b"other")


def the(collection: Collection, pattern: str) -> Path:
    return next(collection.path.glob(pattern))


# --- layout


@pytest.mark.parametrize("name", FOREIGN_FILES)
def test_a_foreign_file_is_found(copy: Collection, name: str) -> None:
    (copy.path / name).parent.mkdir(exist_ok=True)
    (copy.path / name).write_bytes(b"x")
    assert [(f.kind, f.file) for f in findings(copy)] == [("foreign", name.replace("\n", "\\n"))]


@pytest.mark.parametrize("name", FOREIGN_FOLDERS)
def test_a_foreign_folder_is_found_and_all_else_checked(copy: Collection, name: str) -> None:
    (copy.path / name).mkdir(parents=True)
    os.mkfifo(copy.path / name / "pipe")
    spoil_a_text(copy)
    assert kinds(copy) == {"foreign", "not-a-file", "text-changed"}
    top = name.partition("/")[0] if name.startswith("logs") else name
    assert [f.file for f in findings(copy) if f.kind == "foreign"] == [top.replace("\n", "\\n")]


def test_what_a_crawl_may_leave_belongs_there(copy: Collection) -> None:
    names = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "run.lock", f"runs/{RUN}/crawl.log"]
    for name in [*names, "keys/wacz.key", "recovered/notes.jsonl", "recovered/a-00001.warc.gz.311.cut"]:
        (copy.path / name).parent.mkdir(exist_ok=True)
        (copy.path / name).write_bytes(b"")
    assert findings(copy) == []


@pytest.mark.parametrize("pattern", FILES)
def test_a_folder_where_a_file_belongs(copy: Collection, pattern: str) -> None:
    path = the(copy, pattern)
    path.unlink()
    path.mkdir()
    spoil_a_text(copy)
    found = findings(copy)
    name = str(path.relative_to(copy.path))
    assert ("foreign", name) in [(f.kind, f.file) for f in found]
    assert "documents" in pattern or "text-changed" in {f.kind for f in found}


@pytest.mark.parametrize("name", FOLDERS[1:])
def test_a_file_where_a_folder_belongs(copy: Collection, name: str) -> None:
    shutil.rmtree(copy.path / name)
    (copy.path / name).write_bytes(b"x")
    assert ("foreign", name) in [(f.kind, f.file) for f in findings(copy)]


# --- what is no plain file


def link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listening(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path may not be long
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("make", [os.mkfifo, link, listening])
@pytest.mark.parametrize("pattern", FILES)
def test_what_is_no_plain_file_is_never_opened(copy: Collection, pattern: str, make: Callable[[Path], None]) -> None:
    path = the(copy, pattern)
    path.unlink()
    make(path)
    found = findings(copy)
    name = str(path.relative_to(copy.path))
    assert ("not-a-file", name) in [(f.kind, f.file) for f in found]
    with pytest.raises(StorageError, match=path.name):
        LocalStorage(copy.path).open(name)


@pytest.mark.parametrize("name", ["pipe", "archive/pipe.warc.gz", "texts/x", f"runs/{RUN}/x", "rules/a.json"])
def test_a_pipe_anywhere_is_found(copy: Collection, name: str) -> None:
    os.mkfifo(copy.path / name)
    assert [(f.kind, f.file) for f in findings(copy)] == [("not-a-file", name)]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_link_to_a_folder_is_not_followed(copy: Collection, tmp_path: Path, name: str) -> None:
    (copy.path / name).rename(tmp_path / "elsewhere")
    (copy.path / name).symlink_to(tmp_path / "elsewhere")
    assert ("not-a-file", name) in [(f.kind, f.file) for f in findings(copy)]
    with pytest.raises(StorageError, match="symbolic link"):
        LocalStorage(copy.path).open(f"{name}/anything")


def test_the_collection_itself_may_be_reached_through_a_link(sound: Collection, tmp_path: Path) -> None:
    (tmp_path / "root").symlink_to(sound.path.parent)
    (tmp_path / "alias").symlink_to(sound.path)
    assert findings(Collection.open(tmp_path / "root", sound.name)) == []
    assert findings(Collection.open(tmp_path, "alias")) == []


# --- rules


def test_changed_and_missing_rules_are_found(copy: Collection) -> None:
    rules = the(copy, "rules/*")
    whole = rules.read_bytes()
    rules.write_bytes(whole + b"\n")
    assert [(f.kind, f.file) for f in findings(copy)] == [("rules-changed", f"rules/{rules.name}")]
    rules.unlink()
    (missing,) = findings(copy)
    assert missing.kind == "rules-missing" and missing.file == f"rules/{rules.name}"
    assert f"texts/{RUN}/documents.jsonl line 1" in missing.what


@pytest.mark.parametrize("digest", ["", "sha256:", "../../x", "\ud800", "sha256:" + "0" * 64])
def test_rules_that_cannot_be(copy: Collection, digest: str) -> None:
    table = copy.path / "texts" / RUN / "documents.jsonl"
    row = {**json.loads(table.read_bytes().splitlines()[0]), "provenance": {"rules_digest": digest}}
    table.write_text(json.dumps(row) + "\n")
    found = findings(copy)
    assert "rules-missing" in {f.kind for f in found}
    "\n".join(map(str, found)).encode()


@pytest.mark.parametrize("make", [os.mkfifo, link])
def test_a_real_audit_does_not_wait_for_rules_that_never_end(copy: Collection, make: Callable[[Path], None]) -> None:
    rules = the(copy, "rules/*")
    rules.unlink()
    make(rules)
    assert {f.kind for f in audit(copy, Reextractor(copy.path)).findings} == {"not-a-file", "rules-missing"}


# --- chain


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_chain_says_is_a_finding(copy: Collection, data: st.DataObject) -> None:
    text = st.text(st.characters(exclude_categories=()), max_size=8) | st.sampled_from(["\ud800", "../..", "a b", "\0"])
    value = st.none() | st.booleans() | st.integers() | st.floats() | text | st.lists(text, max_size=3)
    names = ["file", "run", "seq", "prev", "sha256", "size", "signature", "texts", "rows", "finished"]
    line = data.draw(
        st.fixed_dictionaries({"kind": st.sampled_from(["warc", "run"])}, optional=dict.fromkeys(names, value))
    )
    ascii_only = data.draw(st.booleans())
    dumped = json.dumps(line, ensure_ascii=ascii_only, sort_keys=True, separators=(",", ":"))
    path = copy.path / "chain.jsonl"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole + dumped.encode("utf-8", "surrogatepass") + b"\n")
        found = list(verify(copy))
        assert [f.line for f in found if f.kind == "chain-broken" and f.line] == [3]
        json.dumps([finding.to_json() for finding in found])
        "\n".join(map(str, found)).encode()
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    "line", [rb'{"file":"\ud800","kind":"warc"}', b'{"kind":"run","run":"../../x"}', b"[" * 9999, b"\xff", b"1" * 5000]
)
def test_a_line_that_is_no_line(copy: Collection, line: bytes) -> None:
    with (copy.path / "chain.jsonl").open("ab") as file:
        file.write(line + b"\n")
    assert "chain-broken" in kinds(copy)


@pytest.mark.parametrize("count", [-1, 10**30, True, "x"])
def test_a_sealed_count_that_cannot_be(copy: Collection, count: object) -> None:
    copy.chain.append("run", run=RUN, finished=False, texts=count)
    assert "run-changed" in kinds(copy)


# --- keys


def private_key(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return key


def resigned(collection: Collection) -> Collection:
    """What a forger does who can write everywhere in the collection."""
    runs = collection.chain.sealed("run")
    warcs = collection.chain.sealed("warc")
    for name in ("chain.jsonl", "keys/public.pem", "keys/signing.key"):
        (collection.path / name).unlink()
    for known in warcs.values():
        collection.chain.append("warc", file=known["file"], sha256=known["sha256"], size=known["size"])
    for run in runs:
        collection.seal_run(run)
    return collection


def test_a_chain_signed_anew_is_found_by_who_knows_the_key(copy: Collection, tmp_path: Path) -> None:
    shutil.copy(copy.path / "keys" / "public.pem", tmp_path / "known.pem")
    known = load_public_key(tmp_path / "known.pem")
    assert list(verify(copy, known)) == [] and copy.chain.fingerprint() == fingerprint(known)
    assert audit(copy, reextract, public_key=known).to_json()["public_key"] == fingerprint(known)
    resigned(copy)
    assert findings(copy) == []
    assert {f.kind for f in verify(copy, known)} == {"chain-key", "chain-broken"}
    assert not audit(copy, reextract, public_key=known).clean
    (copy.path / "chain.jsonl").unlink()
    shutil.rmtree(copy.path / "keys")
    assert "chain-key" in {f.kind for f in verify(copy, known)}


def test_a_chain_signed_anew_is_found_where_the_key_is_configured(
    tmp_path: Path, sound: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    private_key(tmp_path / "key.pem")
    given = Collection.open(sound.path.parent, sound.name, signing_key=tmp_path / "key.pem")
    assert [(f.kind, f.file) for f in findings(given)] == [("chain-key", "keys/public.pem")]
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "key.pem"))
    assert kinds(Collection.open(sound.path.parent, sound.name)) == {"chain-key"}
    assert findings(small_collection(tmp_path)) == []
    monkeypatch.setenv(KEY_VARIABLE, str(tmp_path / "absent.pem"))
    with pytest.raises(CollectionError, match=r"absent\.pem"):
        list(verify(Collection.open(sound.path.parent, sound.name)))


@pytest.mark.parametrize("junk", [b"", b"junk", b"-----BEGIN PRIVATE KEY-----\n", b"\0" * 100_000])
@pytest.mark.parametrize("name", ["keys/public.pem", "keys/signing.key"])
def test_a_key_that_is_none(copy: Collection, name: str, junk: bytes) -> None:
    (copy.path / name).write_bytes(junk)
    assert [(f.kind, f.file) for f in findings(copy)] == [("chain-key", name)]


def test_a_signing_key_of_another_collection(copy: Collection) -> None:
    private_key(copy.path / "keys" / "signing.key")
    assert [(f.kind, f.file) for f in findings(copy)] == [("chain-key", "keys/signing.key")]


def test_a_missing_public_key(copy: Collection) -> None:
    (copy.path / "keys" / "public.pem").unlink()
    assert [(f.kind, f.file) for f in findings(copy)] == [("chain-key", "keys/public.pem")]


@pytest.mark.parametrize("content", [None, b"", b"junk"])
def test_a_public_key_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "key.pem").write_bytes(content)
    with pytest.raises(CollectionError, match=r"key\.pem"):
        load_public_key(tmp_path / "key.pem")


def test_the_commands_know_the_key(copy: Collection, tmp_path: Path) -> None:
    work = Workplace(copy.path.parent)
    shutil.copy(copy.path / "keys" / "public.pem", tmp_path / "known.pem")
    told = work.run("verify", "small", "--public-key", str(tmp_path / "known.pem"))
    assert told.code == 0 and told.out.splitlines()[-2] == f"public key {copy.chain.fingerprint()}", told
    resigned(copy)
    for command in ("verify", "audit"):
        ran = work.run(command, "small", "--public-key", str(tmp_path / "known.pem"), "--json")
        assert ran.code == 3 and '"chain-key"' in ran.out and "public key" not in ran.out.splitlines()[-1], ran
        assert work.run(command, "small", "--public-key", str(tmp_path / "absent.pem")).code == 2


def test_rows_of_these_tests_name_rules_that_are_there(sound: Collection) -> None:
    taken = sound.read(next(iter(sound.captures())).location)
    digest = row_for(taken)["provenance"]["rules_digest"]
    assert the(sound, "rules/*").stem == digest.removeprefix("sha256:")
