"""Archive cost: writing exchanges down and reading them back, next to what others do with the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import attrs
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeadersParser
from warcio.warcwriter import WARCWriter

from archives.capture import Capture, WireMessage
from archives.collection import Collection
from archives.fixity import verify
from archives.warc.reader import Record, read_records
from benchmarks.newsite import article
from benchmarks.table import Cell, Report, Table
from benchmarks.timing import Cost, Costs, alternate, middle, ratio, timed

_START = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
_SYNC_EVERY = 50
OURS, BASE, WARCIO = "append + sync", "SHA-256 twice + zlib 6", "warcio, its defaults"
READ, SCAN, VERIFY = "locations + Collection.read", "read_records, one pass", "verify"
WARCIO_READ, FAST_READ, WARCIO_CHECK, FAST_CHECK = (
    "warcio ArchiveIterator", "FastWARC ArchiveIterator", "warcio, digests checked", "FastWARC, digests checked",
)  # fmt: skip


def measure(folder: Path, rounds: int = 5, exchanges: int = 160) -> Report:
    """Half of the bodies come gzipped, as on the web."""
    captures = generated(exchanges)
    wire = sum(capture.response.size for capture in captures if capture.response)
    writing = alternate(writers(folder, captures), rounds)
    reading = alternate(reading_back(folder), rounds)
    tables = (
        _table(f"Writing {exchanges} exchanges, {wire / 1e6:.1f} MB on the wire", writing, exchanges, OURS),
        _table("Reading them back", {name: reading[name] for name in _READERS}, exchanges, READ),
        _table("Checking them", {name: reading[name] for name in _CHECKERS}, exchanges, VERIFY),
    )
    figures = {
        "append_over_hash_and_zlib": ratio(writing, OURS, BASE),
        "append_over_warcio": ratio(writing, OURS, WARCIO),
        "read_over_warcio": ratio(reading, READ, WARCIO_READ),
        "scan_over_warcio": ratio(reading, SCAN, WARCIO_READ),
        "read_over_fastwarc": ratio(reading, READ, FAST_READ),
        "verify_over_warcio_check": ratio(reading, VERIFY, WARCIO_CHECK),
    }
    return Report(tables=tables, figures=figures)


_READERS = (READ, SCAN, WARCIO_READ, FAST_READ)
_CHECKERS = (VERIFY, WARCIO_CHECK, FAST_CHECK)


def generated(exchanges: int) -> list[Capture]:
    """Exchanges of generated pages."""
    captures = []
    for number in range(exchanges):
        body = article(number // 60, number % 60, 60).encode("utf-8")
        coding = ""
        if number % 2:
            body, coding = gzip.compress(body, 6, mtime=0), "Content-Encoding: gzip\r\n"
        url = f"http://h{number % 10}.example/2026/{number}.html"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{coding}Content-Length: {len(body)}\r\n\r\n"
        request = f"GET /2026/{number}.html HTTP/1.1\r\nHost: h{number % 10}.example\r\nAccept: */*\r\n\r\n"
        captures.append(
            Capture(
                url=url,
                started=_START + timedelta(seconds=number),
                fetch_ms=40,
                request=WireMessage.of(request.encode()),
                response=WireMessage.of(head.encode() + body),
            )
        )
    return captures


def writers(folder: Path, captures: Sequence[Capture]) -> dict[str, Callable[[], Cost]]:
    """A contender for each way to write these down."""
    messages = [(m.read() for m in (capture.request, capture.response) if m) for capture in captures]
    plain = [b"".join(parts) for parts in messages]

    def ours() -> None:
        shutil.rmtree(folder / "ours", ignore_errors=True)
        collection = Collection.create(folder, "ours")
        collection.start_writing({"software": "benchmark"})
        for number, capture in enumerate(captures):
            collection.append(attrs.evolve(capture))
            if number % _SYNC_EVERY == _SYNC_EVERY - 1:
                collection.sync()
        collection.stop_writing()

    def base() -> None:
        with (folder / "base.gz").open("wb") as file:
            for data in plain:
                hashlib.sha256(data).digest()
                hashlib.sha256(data).digest()
                file.write(zlib.compress(data, 6))

    def warcio() -> None:
        with (folder / "plain.warc.gz").open("wb") as file:
            writer = WARCWriter(file, gzip=True)
            for capture in captures:
                assert capture.request is not None and capture.response is not None
                writer.write_request_response_pair(
                    _warcio_record(writer, capture.url, "request", capture.request.read()),
                    _warcio_record(writer, capture.url, "response", capture.response.read()),
                )

    return {OURS: timed(ours), BASE: timed(base), WARCIO: timed(warcio)}


def _warcio_record(writer: WARCWriter, url: str, kind: str, message: bytes) -> object:
    stream = BytesIO(message)
    versions = ["HTTP/1.0", "HTTP/1.1"] if kind == "response" else ["GET"]
    head = StatusAndHeadersParser(versions, verify=False).parse(stream)
    return writer.create_warc_record(url, kind, payload=stream, http_headers=head)


def reading_back(folder: Path) -> dict[str, Callable[[], Cost]]:
    """A contender for each way to read, or check, what `writers` left."""
    warc = next((folder / "ours" / "archive").glob("*.warc.gz"))
    collection = Collection.open(folder, "ours")

    def ours() -> None:
        for location in collection.locations():
            response = collection.read(location).response
            assert response is not None
            response.read()

    def scan() -> None:
        with warc.open("rb") as file:
            for record in read_records(file):
                assert isinstance(record, Record)
                record.message.spool.read(0, record.message.spool.size)

    def warcio(*, check: bool) -> None:
        with warc.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise" if check else False):
                record.raw_stream.read()

    def fast(*, check: bool) -> None:
        with warc.open("rb") as file:
            for record in FastIterator(file):
                record.reader.read()

    def fast_check() -> None:
        with warc.open("rb") as file:
            for record in FastIterator(file):
                record.verify_block_digest()

    def check() -> None:
        findings = list(verify(collection))
        assert not findings, findings[0]

    return {
        READ: timed(ours),
        SCAN: timed(scan),
        WARCIO_READ: timed(lambda: warcio(check=False)),
        FAST_READ: timed(lambda: fast(check=False)),
        VERIFY: timed(check),
        WARCIO_CHECK: timed(lambda: warcio(check=True)),
        FAST_CHECK: timed(fast_check),
    }


def _table(title: str, costs: Costs, exchanges: int, ours: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name in costs:
        each = middle(costs[name]) / exchanges
        row = (name, each * 1000, 1 / max(each, 1e-9), middle(costs[name], "wall") / exchanges * 1000)
        rows.append((*row, ratio(costs, ours, name)))
    columns = ("way", "CPU ms/exchange", "exchanges/CPU s", "wall ms/exchange", "ours costs x times this")
    return Table(title=title, columns=columns, rows=tuple(rows))
