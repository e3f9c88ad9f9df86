"""What is put into a WARC comes out again, and other people's tools find nothing wrong with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archives.capture import Capture, RecordLocation, Spool, WireMessage
from archives.collection import Collection
from archives.warc import gzips
from archives.warc.records import STRAY_LIMIT, warc_uri
from tests.archives.samples import capture, ok, revisit, weird

WEIRD = dict(weird())


@pytest.fixture(scope="module", params=["isal", "zlib"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A collection with every weird exchange in it, and where each lies."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "zlib":
            patch.setattr(gzips, "_isal", None)
        collection = Collection.create(tmp_path_factory.mktemp(request.param), "weird")
        collection.start_writing({"software": "tests"})
        at = {name: collection.append(taken) for name, taken in WEIRD.items()}
        collection.stop_writing()
    return collection, at


def content(message: WireMessage | None) -> tuple[bytes, ...] | None:
    return None if message is None else (message.interim_heads, message.read(), message.excess_bytes[:STRAY_LIMIT])


@pytest.mark.parametrize("name", WEIRD)
def test_a_capture_comes_back_as_it_was(archive: tuple[Collection, dict[str, RecordLocation]], name: str) -> None:
    collection, places = archive
    given_, found = WEIRD[name], collection.read(places[name])
    assert content(found.request) == content(given_.request)
    assert content(found.response) == content(given_.response)
    assert found.url == warc_uri(given_.url) and found.location == places[name]
    for field in attrs.fields(Capture):
        if field.name not in ("url", "request", "response", "location", "failure"):
            assert getattr(found, field.name) == getattr(given_, field.name), field.name
    assert (found.failure or "").replace("\n", " ") == (given_.failure or "").replace("\r\n", " ")


@pytest.mark.parametrize("tool", [("warcio", "check"), ("fastwarc", "check", "-q"), ("fastwarc", "check", "-q", "-p")])
def test_other_tools_accept_the_file(archive: tuple[Collection, Any], tool: tuple[str, ...]) -> None:
    collection, _ = archive
    (warc,) = (collection.path / "archive").iterdir()
    done = subprocess.run(
        [str(Path(sys.executable).with_name(tool[0])), *tool[1:], str(warc)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and "FAIL" not in done.stdout, done.stdout + done.stderr


def test_each_block_is_what_was_given_as_warcio_reads_it(archive: tuple[Collection, Any]) -> None:
    collection, places = archive
    by_id = {places[name].record_id: taken for name, taken in WEIRD.items()}
    (warc,) = (collection.path / "archive").iterdir()
    seen = 0
    with warc.open("rb") as file:
        for record in ArchiveIterator(file, no_record_parse=True):
            taken = by_id.get(record.rec_headers.get_header("WARC-Record-ID"))
            if taken is not None and taken.response is not None:
                assert record.raw_stream.read() == taken.response.read()
                seen += 1
    assert seen == sum(taken.response is not None for taken in WEIRD.values())


def test_a_body_larger_than_memory_is_streamed(tmp_path: Path) -> None:
    spool = Spool(limit=1 << 16)
    spool.append(b"HTTP/1.1 200 OK\r\nContent-Length: 31457280\r\n\r\n")
    for number in range(30):
        spool.append(bytes([number]) * (1 << 20))
    collection = Collection.create(tmp_path, "large")
    collection.start_writing({})
    at = collection.append(capture("http://127.0.0.2/large", WireMessage(spool=spool)))
    found = collection.read(at).response
    collection.stop_writing()
    assert found is not None and found.size == spool.size
    for number in range(30):
        start = found.body_offset + (number << 20)
        assert found.spool.read(start, start + (1 << 20)) == bytes([number]) * (1 << 20)


def test_a_file_rolls_over_at_its_size(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "rolling")
    collection.start_writing({}, max_size=2000)
    places = [collection.append(capture(f"http://127.0.0.2/{number}", ok())) for number in range(5)]
    assert len({at.file for at in places}) > 1
    assert [collection.read(at).url for at in places] == [f"http://127.0.0.2/{number}" for number in range(5)]
    assert [entry.location for entry in collection.captures()] == places
    collection.stop_writing()
    assert list(collection.locations()) == places and len(list(collection.chain.links())) == len(
        {p.file for p in places}
    )


def test_a_revisit_keeps_its_head_and_borrows_the_body(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "revisits")
    collection.start_writing({})
    first = capture("http://127.0.0.2/a", ok(b"<p>one</p>"))
    at = collection.append(first)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-New: 1\r\n\r\n"
    cases = {
        chunked + b"3\r\n<p>\r\n7\r\none</p>\r\n0\r\n\r\n": chunked + b"a\r\n<p>one</p>\r\n0\r\n\r\n",
        ok(b"<p>one</p>", b"X-New: 2"): ok(b"<p>one</p>", b"X-New: 2"),
        b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n": ok(b"<p>one</p>"),
    }
    for sent, whole in cases.items():
        place = collection.append(revisit("http://127.0.0.2/b", sent, first, at))
        found, bare = collection.read(place), collection.read(place, resolve=False)
        assert place.payload_digest == at.payload_digest
        assert found.response is not None and found.response.read() == whole and found.revisit_of is not None
        assert found.response.entity() == b"<p>one</p>"
        assert bare.response is not None and bare.response.read() == sent[: WireMessage.of(sent).body_offset]
    collection.stop_writing()
    (warc,) = (collection.path / "archive").iterdir()
    for tool in (("warcio", "check"), ("fastwarc", "check", "-q")):
        command = [str(Path(sys.executable).with_name(tool[0])), *tool[1:], str(warc)]
        assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0


@settings(max_examples=60, deadline=None)
@given(
    response=st.binary(max_size=300) | st.binary(max_size=100).map(lambda body: b"HTTP/1.1 200 OK\r\n" + body),
    url=st.text(max_size=20),
    failure=st.none() | st.text(max_size=30),
    excess=st.integers(0, 20),
)
def test_any_bytes_survive(
    tmp_path_factory: pytest.TempPathFactory, response: bytes, url: str, failure: str | None, excess: int
) -> None:
    collection = Collection.create(tmp_path_factory.mktemp("any"), "any")
    collection.start_writing({})
    message = WireMessage.of(response, excess=min(excess, len(response)))
    if message.interim + message.excess > len(response):
        return
    at = collection.append(capture("http://127.0.0.2/" + url, message, failure=failure))
    assert content(collection.read(at).response) == content(message)
    collection.stop_writing()
    assert len(list(collection.captures())) == 1
