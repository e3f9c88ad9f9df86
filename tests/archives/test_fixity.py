"""No byte of a collection can change unseen."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from archives.collection import Collection
from archives.fixity import verify
from archives.warc.reader import Record, read_records
from tests.archives.samples import small_collection


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
        for offset, mask in places(path, 150 if path == warc else 40):
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
