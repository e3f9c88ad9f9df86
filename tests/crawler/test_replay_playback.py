"""Which exchange of an archive answers a request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from archives.capture import Capture, RevisitOf, WireMessage
from archives.collection import Collection
from archives.errors import CollectionError
from crawler.download.failures import TRIED_AGAIN
from crawler.download.playback import NotInArchiveError, Playback, Policy
from crawler.errors import ConfigError

URL = "http://paper.example/page"
START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _capture(number: int, **more: Any) -> Capture:
    response = WireMessage.of(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n%d" % number)
    request = WireMessage.of(b"GET /page HTTP/1.1\r\nHost: paper.example\r\n\r\n")
    facts: dict[str, Any] = {
        "url": URL,
        "started": START + timedelta(hours=number),
        "request": request,
        "response": response,
    }
    return Capture(**(facts | more))


def _playback(root: Path, captures: list[Capture], policy: Policy = "sequence", **more: Any) -> Playback:
    collection = Collection.create(root, "source")
    collection.start_writing({})
    for capture in captures:
        collection.append(capture)
    collection.stop_writing()
    return Playback(Collection.open(root, "source"), policy, **more)


def _body(captures: list[Capture]) -> bytes:
    assert captures[-1].response is not None
    return captures[-1].response.entity()


@pytest.mark.parametrize(
    ("policy", "when", "bodies"),
    [
        ("sequence", None, [b"1", b"2", b"3", b"3"]),
        ("last", None, [b"3", b"3"]),
        ("closest", START + timedelta(hours=1, minutes=50), [b"2", b"2"]),
        ("closest", START - timedelta(days=9), [b"1"]),
    ],
)
def test_policies(tmp_path: Path, policy: Policy, when: datetime | None, bodies: list[bytes]) -> None:
    playback = _playback(tmp_path, [_capture(2), _capture(1), _capture(3)], policy, when=when)
    assert [_body(playback.take("GET", URL)) for _ in bodies] == bodies


def test_the_pools_second_try_belongs_to_the_first(tmp_path: Path) -> None:
    tried = _capture(1, response=None, failure=TRIED_AGAIN)
    playback = _playback(tmp_path, [tried, _capture(2), _capture(3)])
    assert [capture.failure for capture in playback.take("GET", URL)] == [TRIED_AGAIN, None]
    assert len(playback.take("GET", URL)) == 1


def test_failures_have_their_turn(tmp_path: Path) -> None:
    refused = _capture(1, request=None, response=None, failure="refused: paper.example accepts no connection")
    playback = _playback(tmp_path, [refused, _capture(2)])
    assert playback.take("GET", URL)[0].failure == refused.failure
    assert _body(playback.take("GET", URL)) == b"2"


def test_method_and_body_tell_requests_apart(tmp_path: Path) -> None:
    head = b"POST /page HTTP/1.1\r\nHost: paper.example\r\nContent-Length: 1\r\n\r\n"
    posts = [_capture(n, method="POST", request=WireMessage.of(head + b"%d" % n)) for n in (1, 2)]
    playback = _playback(tmp_path, [*posts, _capture(3)])
    assert _body(playback.take("POST", URL, b"2")) == b"2"
    assert _body(playback.take("GET", URL)) == b"3"
    with pytest.raises(NotInArchiveError, match=r"source has no POST of http://paper\.example/page"):
        playback.take("POST", URL, b"3")


def test_a_revisit_is_played_with_its_body_and_as_a_capture_of_its_own(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "source")
    collection.start_writing({})
    first = collection.append(_capture(1))
    of = RevisitOf(record_id=first.record_id, url=URL, date=_capture(1).started, payload_digest=first.payload_digest)
    collection.append(_capture(2, response=_capture(1).response, revisit_of=of))
    collection.stop_writing()
    [played] = Playback(collection, "last").take("GET", URL)
    assert _body([played]) == b"1" and played.started == START + timedelta(hours=2)
    assert played.revisit_of is None and played.location is None


def test_a_damaged_record_is_left_out_and_the_rest_plays(tmp_path: Path) -> None:
    playback = _playback(tmp_path, [_capture(1), _capture(2, url=URL + "/2")])
    [warc] = (tmp_path / "source" / "archive").glob("*.warc.gz")
    data = bytearray(warc.read_bytes())
    place = next(entry.location for entry in Collection.open(tmp_path, "source").captures(URL))
    data[place.offset + place.length // 2] ^= 0xFF
    warc.write_bytes(data)
    with pytest.raises(NotInArchiveError):
        playback.take("GET", URL)
    assert _body(playback.take("GET", URL + "/2")) == b"2"


def test_settings(tmp_path: Path) -> None:
    _playback(tmp_path, [_capture(1), _capture(2)])
    good = {"REPLAY_SOURCE": "source", "COLLECTIONS_DIR": str(tmp_path), "REPLAY_POLICY": "closest"}
    dated = get_crawler(settings_dict=good | {"REPLAY_DATE": "2026-05-01T13:10:00"})
    assert _body(Playback.from_crawler(dated).take("GET", URL)) == b"1"
    with pytest.raises(NotConfigured):
        Playback.from_crawler(get_crawler(settings_dict={}))
    with pytest.raises(ConfigError, match='settings: REPLAY_DATE = "soon": give the date'):
        Playback.from_crawler(get_crawler(settings_dict=good | {"REPLAY_DATE": "soon"}))
    with pytest.raises(ConfigError, match=r"REPLAY_POLICY.*use one of sequence, closest, last"):
        Playback.from_crawler(get_crawler(settings_dict=good | {"REPLAY_POLICY": "first"}))
    with pytest.raises(CollectionError, match="nowhere"):
        Playback.from_crawler(get_crawler(settings_dict=good | {"REPLAY_POLICY": "last", "REPLAY_SOURCE": "nowhere"}))
