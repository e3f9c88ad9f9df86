"""pywb serves a collection as it lies: needs a venv with pywb, named in PYWB_VENV."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from archives.collection import Collection
from tests.archives.samples import PAGE, START, capture, ok, revisit

VENV = os.environ.get("PYWB_VENV")
pytestmark = pytest.mark.skipif(not VENV, reason="PYWB_VENV names no venv with pywb")
SITE = "http://127.0.0.2:8080"


@pytest.fixture(scope="module")
def wayback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("served")
    collection = Collection.create(root / "collections", "demo")
    collection.start_writing({})
    first = capture(f"{SITE}/a?b=1", ok())
    at = collection.append(first)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    collection.append(capture(f"{SITE}/chunked", head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)))
    collection.append(capture(f"{SITE}/hints", b"HTTP/1.1 103 Early Hints\r\n\r\n" + ok()))
    collection.append(revisit(f"{SITE}/a?b=1", ok(), first, at, started=START + timedelta(days=1)))
    collection.append(revisit(f"{SITE}/same", ok(), first, at, started=START + timedelta(days=1)))
    collection.stop_writing()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(str(VENV)) / "bin" / "wayback"), "-d", str(root), "-b", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}/demo/", server)
            yield f"http://127.0.0.1:{port}/demo"
        finally:
            server.terminate()


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            urlopen(url, timeout=5).close()
            return
        except URLError:
            assert server.poll() is None, "pywb ended at once"
            time.sleep(0.1)
    raise AssertionError("pywb did not come up")


@pytest.mark.parametrize(
    ("when", "path"),
    [
        ("20261122063000", "/a?b=1"),
        ("20261122063000", "/chunked"),
        ("20261122063000", "/hints"),
        ("20261123063000", "/a?b=1"),
        ("20261123063000", "/same"),
    ],
)
def test_a_page_is_served(wayback: str, when: str, path: str) -> None:
    with urlopen(f"{wayback}/{when}id_/{SITE}{path}", timeout=20) as answer:
        assert answer.status == 200 and answer.read() == PAGE
