"""No byte of a collection can change unseen."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from archives.collection import Collection
from archives.fixity import verify
from archives.warc.reader import Record, read_records
from tests.archives.samples import RUN, capture, ok, small_collection


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return small_collection(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def copy(sound: Collection, tmp_path: Path) -> Collection:
    shutil.copytree(sound.path, tmp_path / sound.name)
    return Collection.open(tmp_path, sound.name)


def places(path: Path, share: int, seed: int = 7) -> list[tuple[int, int]]:
    """Up to `share` places in a file, spread at random, and a bit mask for each."""
    chance, size = random.Random(f"{path.name[-8:]}{seed}"), path.stat().st_size
    at = sorted(chance.sample(range(size), min(share, size)))
    return [(offset, 1 << chance.randrange(8)) for offset in at]


def flip(path: Path, offset: int, mask: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= mask
    path.write_bytes(data)


def test_a_sound_collection_has_no_findings(sound: Collection) -> None:
    assert list(verify(sound)) == []


def test_every_flipped_byte_is_found_and_its_record_or_line_named(copy: Collection) -> None:
    warc = next((copy.path / "archive").iterdir())
    with warc.open("rb") as file:
        records = [record for record in read_records(file) if isinstance(record, Record)]
    tried = 0
    for path in sorted(path for path in copy.path.rglob("*") if path.is_file() and path.name != "signing.key"):
        name = str(path.relative_to(copy.path))
        whole = path.read_bytes()
        if name == "keys/public.pem":
            continue
        for offset, mask in places(path, 150 if path == warc else 12 if path.suffix == ".txt" else 35):
            flip(path, offset, mask)
            findings = list(verify(copy))
            path.write_bytes(whole)
            tried += 1
            where = f"{name} byte {offset} mask {mask:#x}: {[str(finding) for finding in findings]}"
            assert any(finding.file == name for finding in findings), where
            if path == warc:
                hit = next(r for r in records if r.offset <= offset < r.offset + r.length)
                assert any(f.offset == hit.offset and f.record_id == hit.record_id for f in findings), where
            elif path.suffix in (".jsonl", ".cdxj"):
                line = whole[:offset].count(b"\n") + 1
                assert any(f.file == name and f.line == line for f in findings), where
            elif path.suffix == ".txt":
                assert any(f.file == name and f.record_id and f.url for f in findings), where
    assert tried > 300


def kinds(collection: Collection) -> set[str]:
    return {finding.kind for finding in verify(collection)}


def test_what_is_gone_or_foreign_is_found(copy: Collection) -> None:
    (warc,) = (copy.path / "archive").iterdir()
    (copy.path / "archive" / "notes.txt").write_text("x")
    shutil.copy(warc, warc.with_name("forged.warc.gz"))
    assert kinds(copy) >= {"foreign", "warc-unsealed"}
    (copy.path / "archive" / "notes.txt").unlink()
    warc.with_name("forged.warc.gz").unlink()
    warc.unlink()
    assert "warc-missing" in kinds(copy)


@pytest.mark.parametrize("size", [0, 5, 311, 2000])
def test_a_shortened_warc_is_found(copy: Collection, size: int) -> None:
    (warc,) = (copy.path / "archive").iterdir()
    warc.write_bytes(warc.read_bytes()[:size])
    assert "warc-changed" in kinds(copy)


def test_bytes_between_records_are_found(copy: Collection) -> None:
    (warc,) = (copy.path / "archive").iterdir()
    data = warc.read_bytes()
    entry = list(copy.captures())[3].location
    warc.write_bytes(data[: entry.offset] + b"\0" * 20 + data[entry.offset :])
    damaged = [finding for finding in verify(copy) if finding.kind == "warc-damaged"]
    assert [finding.offset for finding in damaged] == [entry.offset]


def test_a_removed_record_leaves_its_exchange_apart(copy: Collection) -> None:
    (warc,) = (copy.path / "archive").iterdir()
    data = warc.read_bytes()
    at = list(copy.captures())[2].location
    warc.write_bytes(data[: at.offset] + data[at.offset + at.length :])
    assert kinds(copy) >= {"warc-pairing", "warc-changed", "index-changed"}


def test_a_forged_record_with_right_digests_is_found(copy: Collection) -> None:
    forged = Collection.create(copy.path.parent, "forged")
    forged.start_writing({})
    forged.append(capture("http://127.0.0.2:8080/0", ok(b"forged")))
    forged.stop_writing()
    (warc,) = (copy.path / "archive").iterdir()
    (other,) = (forged.path / "archive").iterdir()
    warc.write_bytes(other.read_bytes())
    copy.rebuild_index()
    assert "warc-changed" in kinds(copy)


def test_the_index_is_compared_line_by_line(copy: Collection) -> None:
    index = copy.path / "indexes" / "index.cdxj"
    lines = index.read_bytes().splitlines(keepends=True)
    index.write_bytes(b"".join([*lines[:2], lines[3], lines[2], *lines[4:]]))
    assert [(finding.kind, finding.line) for finding in verify(copy)] == [("index-order", 4)]
    index.write_bytes(b"".join([lines[0], *lines[2:]]))
    assert [(f.kind, f.url) for f in verify(copy)] == [("index-missing", "http://127.0.0.2:8080/1")]
    index.write_bytes(b"".join([*lines, lines[-1]]))
    assert kinds(copy) == {"index-order"}
    index.unlink()
    assert kinds(copy) == {"index-missing"}
    assert copy.rebuild_index() == len(lines) and list(verify(copy)) == []


def test_the_chain_cannot_be_cut_or_forged(copy: Collection) -> None:
    chain = copy.path / "chain.jsonl"
    lines = chain.read_bytes().splitlines(keepends=True)
    chain.write_bytes(lines[0])
    assert kinds(copy) == {"run-unsealed"}
    chain.write_bytes(lines[1])
    assert kinds(copy) >= {"chain-broken", "warc-unsealed"}
    chain.write_bytes(b"".join(lines) + lines[0])
    assert kinds(copy) == {"chain-broken"}
    chain.write_bytes(b"".join(lines))
    (copy.path / "keys" / "public.pem").write_bytes(b"-----BEGIN PUBLIC KEY-----\nnonsense\n")
    assert kinds(copy) == {"chain-key"}
    (copy.path / "keys" / "public.pem").unlink()
    assert kinds(copy) == {"chain-key"}


def test_a_run_that_did_not_finish_is_said_to_be_so(copy: Collection) -> None:
    copy.texts("20261123T063000Z-cd34").put("text", {"url": "http://127.0.0.2:8080/0"})
    assert kinds(copy) == {"run-unsealed"}
    shutil.rmtree(copy.path / "runs" / RUN)
    assert kinds(copy) == {"run-unsealed", "run-changed"}


def test_a_run_sealed_as_unfinished_may_grow_but_not_change(copy: Collection) -> None:
    copy.seal_run(RUN, finished=False)
    taken = capture("http://a.example/later.html", ok())
    copy.start_writing({})
    location = copy.append(taken)
    copy.stop_writing()
    row = {
        "url": taken.url,
        "captures": [{"file": location.file, "offset": location.offset, "length": location.length}],
    }
    copy.texts(RUN).put("later", row)
    assert not kinds(copy) & {"row-changed", "row-missing", "run-changed", "run-unsealed"}
    table = copy.path / "texts" / RUN / "documents.jsonl"
    table.write_bytes(table.read_bytes().replace(b"http://", b"hxxp://", 1))
    assert "row-changed" in kinds(copy)
