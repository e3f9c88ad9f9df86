"""Worker processes: texts come back, and what takes too long or too much costs that one text alone."""

from __future__ import annotations

import os
import signal

import pytest

from archives.capture import RecordLocation
from archives.collection import Collection
from pipelines.errors import ExtractionError
from pipelines.workers import Extracted, ExtractionPool, ExtractionTask, extract
from tests.archives.samples import capture, ok

_SENTENCE = "青岚市水务局昨天说,城南的旧水管今年全部换完,两万户人家不再停水。"
PAGE = (
    f"<html><head><title>旧水管换完</title></head><body><h1>旧水管换完</h1>{f'<p>{_SENTENCE}</p>' * 12}</body></html>"
)
SLOW = "<html><body>" + "<table><tr><td><p>字。</p>" * 60_000 + "</body></html>"


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ExtractionTask]:
    collection = Collection.create(tmp_path_factory.mktemp("workers"), "c")
    collection.start_writing({})
    at = {
        name: collection.append(capture(f"http://a.example/{name}", ok(body.encode("utf-8"))))
        for name, body in (("good", PAGE), ("slow", SLOW))
    }
    collection.stop_writing()
    nowhere = RecordLocation(file="gone.warc.gz", offset=0, length=9, record_id="<urn:x>", payload_digest="sha256:0")
    return {
        name: ExtractionTask(collection=collection.path, locations=(location,))
        for name, location in (*at.items(), ("gone", nowhere))
    }


def test_a_text_comes_back_as_this_process_would_make_it(tasks: dict[str, ExtractionTask]) -> None:
    pool = ExtractionPool(workers=1)
    try:
        made = pool.submit(tasks["good"]).result(timeout=60)
    finally:
        pool.close()
    assert isinstance(made, Extracted) and _SENTENCE in made.text
    here = extract(tasks["good"])
    assert (made.text, made.row, made.document) == (here.text, here.row, here.document)


def test_time_memory_and_death_cost_one_text_each(tasks: dict[str, ExtractionTask]) -> None:
    pool = ExtractionPool(workers=1, time_limit=20.0, recycle_after=2)
    try:
        assert pool.submit(tasks["good"]).result(timeout=60).text
        with pytest.raises(ExtractionError, match=r"gone\.warc\.gz"):
            pool.submit(tasks["gone"]).result(timeout=60)
        [worker] = pool._all
        assert worker._process.pid is not None
        os.kill(worker._process.pid, signal.SIGKILL)
        worker._process.join()
        assert pool.submit(tasks["good"]).result(timeout=60).text, "a fresh worker stands in"
        pool._time_limit = 0.001
        with pytest.raises(ExtractionError, match="EXTRACT_TIME_LIMIT"):
            pool.submit(tasks["slow"]).result(timeout=60)
        pool._time_limit = 20.0
        assert pool.submit(tasks["good"]).result(timeout=60).text
    finally:
        pool.close()
    assert not pool._all


def test_a_worker_without_memory_says_so(tasks: dict[str, ExtractionTask]) -> None:
    pool = ExtractionPool(workers=1, memory_limit=1)
    try:
        with pytest.raises(ExtractionError, match="EXTRACT_MEMORY_LIMIT"):
            pool.submit(tasks["slow"]).result(timeout=60)
    finally:
        pool.close()
