"""A real browser shows the viewer's pages, and a hostile page runs nothing, sends nothing and leads nowhere."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archives.viewer.safepage import HEADERS
from archives.viewer.server import listen
from tests.archives.viewing import HOSTILE, Viewer, viewed_collection, viewing

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


def dump(url: str, profile: Path) -> str:
    """The document that headless Chromium has after loading a page, and what could run there ran."""
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={profile}", "--dump-dom", url,
        ],
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


@contextmanager
def plain_server(page: bytes) -> Iterator[tuple[str, list[str]]]:
    """Serves a page without any protection; gives its address, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page if self.path == "/" else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is inherited
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def viewer(tmp_path: Path) -> Iterator[Viewer]:
    with viewing(viewed_collection(tmp_path)) as listening:
        yield listening


def test_the_hostile_page_would_run_if_it_could(tmp_path: Path) -> None:
    with plain_server(b"") as (trap, asked):
        page = HOSTILE.replace('http-equiv="refresh"', "").replace("http://192.0.2.1", trap)
        with plain_server(page.encode()) as (address, _):
            assert 'data-ran="' in dump(address + "/", tmp_path / "profile")
    assert {"/x.css", "/i.png", "/f"} <= set(asked)


def test_the_archived_page_runs_nothing(viewer: Viewer, tmp_path: Path) -> None:
    shown = dump(f"http://127.0.0.1:{viewer.port}{viewer.path('page', 0)}", tmp_path / "profile")
    assert "今日要闻" in shown and "data-ran" not in shown and "RAN" not in shown


def test_the_headers_alone_would_be_enough(tmp_path: Path) -> None:
    """The page as it came, under the policy: should the cleaning ever miss something."""
    with plain_server(b"") as (trap, asked):

        def app(environ: object, start_response: object) -> list[bytes]:
            start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *HEADERS.items()])  # type: ignore[operator]
            return [HOSTILE.replace("http://192.0.2.1", trap).encode()]

        server = listen(app, "127.0.0.1", 0)  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            shown = dump(f"http://127.0.0.1:{server.server_port}/", tmp_path / "profile")
        finally:
            server.shutdown()
            server.server_close()
    assert "今日要闻" in shown and "data-ran" not in shown
    assert asked == [], "nothing was fetched, sent or followed"


def test_the_text_page_frames_it_and_stays_itself(viewer: Viewer, tmp_path: Path) -> None:
    shown = dump(f"http://127.0.0.1:{viewer.port}{viewer.text_path(0)}", tmp_path / "profile")
    assert "<h1" in shown and "data-ran" not in shown and "&gt;&lt;script&gt;" in shown
