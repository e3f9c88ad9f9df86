"""A crawl that was archived, run again with the archive as its only network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.crawler.downloads import Run, download
from tests.servers import KINDS, MisbehavingServer

REPLAY = "crawler.download.replay.ReplayDownloadHandler"
HANDLERS = {"DOWNLOAD_HANDLERS": {"http": REPLAY, "https": REPLAY}}


@attrs.frozen
class Pair:
    root: Path
    jobs: list[dict[str, Any]]
    live: Run
    again: Run


@pytest.fixture(scope="module", params=[False, True], ids=["http", "https"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """The same requests live, then (the server gone) from the archive."""
    root = tmp_path_factory.mktemp("collections")
    with MisbehavingServer(tls=request.param) as server:
        jobs: list[dict[str, Any]] = [{"url": server.url + path} for path in KINDS if not path.startswith("/huge")]
        jobs += [{"url": server.url + "/echo", "method": "POST", "body": body} for body in ("one", "two")]
        jobs += [{"url": server.url + "/excess/head", "method": "HEAD"}]
        jobs += [{"url": server.url + "/silent", "meta": {"download_timeout": 0.4}}]
        jobs += [{"url": server.url + "/endless", "meta": {"download_maxsize": 30_000}}]
        jobs += [{"url": server.url + "/cut/length?kept", "meta": {"download_fail_on_dataloss": False}}]
        jobs += [
            {"url": f"{server.url}/drip?n=200&stop={how}", "meta": {"stop": how}}
            for how in ("headers", "bytes", "fail")
        ]
        jobs += [{"url": "http://no-such-host.invalid/"}]
        live = download(jobs, {"TEST_COLLECTION": "live", "COLLECTIONS_DIR": str(root)})
    settings = {"REPLAY_SOURCE": "live", "TEST_COLLECTION": "again", "COLLECTIONS_DIR": str(root), **HANDLERS}
    return Pair(root, jobs, live, download(jobs, settings))


def test_every_result_is_the_live_one(pair: Pair) -> None:
    assert len(pair.live.results) == len(pair.again.results) == len(pair.jobs)
    for job, before, after in zip(pair.jobs, pair.live.results, pair.again.results, strict=True):
        changing = {"archived", "message"}
        if job.get("meta", {}).get("stop") == "bytes":  # how much came at first is chance
            changing |= {"body"}
        assert _without(after, changing) == _without(before, changing), job


def test_the_replay_makes_a_collection_with_the_same_bytes(pair: Pair) -> None:
    assert _sorted(pair.again.captures) == _sorted(pair.live.captures)


def test_we_would_send_the_same_requests_today(pair: Pair) -> None:
    assert pair.again.stats.get("replay/request_differs") is None
    assert pair.again.stats["replay/request_same"] > 60


def _without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _sorted(captures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(captures, key=lambda capture: (capture["started"], capture["url"]))


def test_what_the_archive_has_not_is_a_failure_and_no_answer(pair: Pair) -> None:
    settings = {"REPLAY_SOURCE": "live", "COLLECTIONS_DIR": str(pair.root), "RETRY_ENABLED": True, **HANDLERS}
    run = download([pair.jobs[0]["url"] + "never-seen"], settings)
    [result] = run.results
    assert result["error"] == "NotInArchiveError"
    assert result["failure"].startswith("absent: live has no GET of ")
    assert run.captures == [] and run.stats["replay/not_in_archive"] == 1


def test_a_request_that_would_differ_today_is_counted(pair: Pair) -> None:
    settings = {"REPLAY_SOURCE": "live", "COLLECTIONS_DIR": str(pair.root), "USER_AGENT": "another/1", **HANDLERS}
    run = download([pair.jobs[0]["url"]], settings)
    assert run.results[0]["status"] == 200 and run.stats["replay/request_differs"] == 1


def test_retries_get_the_answers_in_their_turn(tmp_path: Path) -> None:
    root, retrying = str(tmp_path), {"RETRY_ENABLED": True, "RETRY_TIMES": 2, "RETRY_HTTP_CODES": [503]}
    with MisbehavingServer() as server:
        live = download([server.url + "/retry-after"], {"TEST_COLLECTION": "live", "COLLECTIONS_DIR": root, **retrying})
        assert len(live.captures) == 3
    again = download(
        [server.url + "/retry-after"], {"REPLAY_SOURCE": "live", "COLLECTIONS_DIR": root, **retrying, **HANDLERS}
    )
    assert [each["started"] for each in again.captures] == [each["started"] for each in live.captures]


def test_without_an_archive_nothing_is_answered() -> None:
    run = download(["http://127.0.0.1:9/"], HANDLERS)
    assert run.results[0]["error"] == "NotSupported"
    assert "set REPLAY_SOURCE" in run.log
