"""The archiver: nothing is acknowledged before it is on the disk, and a writer that fails stops everything."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from archives.capture import RevisitOf
from archives.collection import Collection
from archives.errors import StorageError
from crawler.archiving import Archiver
from tests.archives.samples import capture, ok


def test_what_is_appended_can_be_read_at_once(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "c")
    collection.start_writing({})
    archiver = Archiver(collection, waiting=3)
    archiver.start()
    taken = [capture(f"http://a.example/{number}", ok(b"page %d" % number)) for number in range(20)]
    sent = [message.response.read() for message in taken if message.response]

    async def append_all() -> list[bytes]:
        locations = await asyncio.gather(*(archiver.append(one) for one in taken))
        found = []
        for location in locations:
            response = Collection.open(tmp_path, "c").read(location).response
            assert response is not None
            found.append(response.read())
        return found

    assert asyncio.run(append_all()) == sent
    archiver.stop()
    collection.stop_writing()
    assert archiver.tally.fetched == 20 and archiver.tally.statuses["200"] == 20
    assert len(archiver.files) == 1


def test_a_payload_seen_before_becomes_a_revisit(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "c")
    collection.start_writing({})
    archiver = Archiver(collection)
    archiver.start()
    url = "http://a.example/"

    async def twice() -> None:
        first = capture(url, ok(b"the same"))
        at = await archiver.append(first)
        earlier = RevisitOf(record_id=at.record_id, url=url, date=first.started, payload_digest=at.payload_digest)
        archiver.expect(url, earlier)
        again = await archiver.append(capture(url, ok(b"the same")))
        archiver.expect(url, earlier)
        changed = await archiver.append(capture(url, ok(b"another")))
        assert again.payload_digest == at.payload_digest != changed.payload_digest

    asyncio.run(twice())
    archiver.stop()
    collection.stop_writing()
    assert [entry.mime for entry in collection.captures()].count("warc/revisit") == 1


def test_a_writer_that_failed_refuses_everything_after(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "c")
    collection.start_writing({})
    broken: list[Exception] = []
    archiver = Archiver(collection)
    archiver.on_broken = broken.append
    archiver.start()

    async def fail() -> None:
        await archiver.append(capture("http://a.example/1", ok()))
        collection.stop_writing()  # behind the archiver's back: the next write has nowhere to go
        for number in (2, 3):
            with pytest.raises(StorageError):
                await archiver.append(capture(f"http://a.example/{number}", ok()))

    asyncio.run(fail())
    archiver.stop()
    assert len(broken) == 1
    assert len(list(collection.captures())) == 1
