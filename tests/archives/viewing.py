"""A collection for the viewer's tests, hostile pages in it, and a viewer that serves it on loopback."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs

from archives.audit import Reextraction, TextVerdict, audit_text
from archives.capture import Capture
from archives.collection import Collection
from archives.viewer.app import create_app
from archives.viewer.ledgerlist import FindUrls, LedgerPage, LedgerRow
from archives.viewer.safepage import PageText
from archives.viewer.server import listen
from tests.archives.samples import RUN, START, capture, ok, row_for

HOSTILE = """<!doctype html><html><head><title>敌意<script>parent.hit=1</script></title>
<base href="http://192.0.2.1/"><meta http-equiv="refresh" content="0;url=http://192.0.2.1/away">
<link rel="stylesheet" href="http://192.0.2.1/x.css"><link rel="dns-prefetch" href="//leak.invalid">
<script>document.title = "R" + "AN"; document.documentElement.setAttribute("data-" + "ran", "head")</script>
<style>body { color: #123456; background: url(http://192.0.2.1/bg.png) } </style></head>
<body onload="document.body.setAttribute('data-'+'ran', 'load')"><h1>今日要闻</h1>
<p onclick="alert(1)">河口新桥<a href="javascript:alert(1)">脚本</a>与<a href="http://192.0.2.1/next">下一页</a>通车。</p>
<img src="http://192.0.2.1/i.png" onerror="document.body.setAttribute('data-'+'ran', 'img')" alt="桥">
<img src="data:image/png;base64,iVBORw0KGgo=" alt="点"><img src="data:text/html,<script>1</script>">
<iframe src="http://192.0.2.1/f"></iframe><iframe srcdoc="<script>top.hit=1</script>"></iframe>
<form action="http://192.0.2.1/steal" method="post"><input name="q" autofocus onfocus="hit=1">表单<button>go</button>
</form>
<svg onload="document.body.setAttribute('data-'+'ran', 'svg')"><script>hit=1</script></svg><object data="http://192.0.2.1/o"></object>
<video src="http://192.0.2.1/v" autoplay></video><math><mtext></mtext></math><template><p>模板</p></template>
<noscript><p>无脚本</p></noscript><!-- <script>hit=1</script> --><embed src="http://192.0.2.1/e">
<plaintext></body></html> <script>document.body.setAttribute('data-'+'ran', 'tail')</script>"""
TITLE = '"><script>alert("标题")</script>'
BIG5 = "<html><head><meta charset=big5></head><body><p>鄰居的雞每天四點啼</p></body></html>"


@attrs.frozen(kw_only=True)
class Answer:
    """What the viewer said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@attrs.frozen(kw_only=True)
class Viewer:
    """A viewer that listens, and the collection it shows."""

    collection: Collection
    port: int

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One request; header names are written with `_` for `-`; `path` goes out as it is."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Accept-Language": "en", **fields})
            reply = connection.getresponse()
            return Answer(status=reply.status, headers=dict(reply.getheaders()), body=reply.read())
        finally:
            connection.close()

    def row(self, number: int) -> dict[str, Any]:
        return list(self.collection.texts(RUN).rows())[number]

    def path(self, kind: str, number: int) -> str:
        """The address of a text's `page`, `raw` record or `capture`."""
        at = self.row(number)["captures"][0]
        return f"/{kind}/{at['file']}/{at['offset']}"

    def text_path(self, number: int) -> str:
        return f"/texts/{RUN}/{quote(self.row(number)['file'])}"


def text_of(taken: Capture) -> str:
    """What stands for extraction here: the title of the URL's last part, and the decoded page's words."""
    page = read_page(taken)
    return f"{taken.url}\n\n{page.html}".replace("\r", "")


def read_page(taken: Capture) -> PageText:
    if taken.response is None:
        return PageText(html="", charset="utf-8", problem=taken.failure or "no response")
    charset = "big5hkscs" if "big5" in taken.content_type else "utf-8"
    return PageText(html=taken.response.entity().decode(charset, "replace"), charset=charset)


def reextract(captures: list[Capture], row: Mapping[str, Any]) -> Reextraction:
    return Reextraction(text=text_of(captures[0]), row=facts_of(captures[0]))


def facts_of(taken: Capture) -> dict[str, Any]:
    hostile = "hostile" in taken.url
    labels = [{"name": "login_wall", "score": 0.9, "evidence": "<b>登录</b>"}] if hostile else []
    charset = {"declared": "<i>", "detected": None, "used": read_page(taken).charset, "replaced": 0.0}
    return row_for(
        taken, title=TITLE if hostile else "河口新桥通车", labels=labels,
        site="news.example" if hostile else "a.example",
        published="2026-03-06T11:45+08:00" if hostile else None, lang="zh", charset=charset, chars=9,
        captured_at=taken.started.isoformat(), origins={"title": "h1<script>"},
    )  # fmt: skip


def viewed_collection(root: Path) -> Collection:
    """Four texts (a hostile page first, then two plain ones, then Big5), a failure, a run that is sealed."""
    collection = Collection.create(root, "viewed")
    collection.start_writing({"software": "tests"})
    store = collection.texts(RUN)
    hostile_url = "http://127.0.0.2:8080/hostile?a=1&b=<script>alert(1)</script>"
    wide = BIG5.encode("big5hkscs")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=big5\r\nContent-Length: %d\r\n\r\n" % len(wide)
    pages = [
        (hostile_url, ok(HOSTILE.encode())),
        ("http://127.0.0.2:8080/1", ok("<p>河口新桥今日通车,全长 100% 贯通。</p>".encode())),
        ("http://127.0.0.2:8080/2", ok("<p>档案馆的猫会爬树 Archive CAT 100_b</p>".encode())),
        ("http://127.0.0.2:8080/big5", head + wide),
    ]
    for url, data in pages:
        at = collection.append(capture(url, data, started=START))
        taken = collection.read(at)
        store.put(text_of(taken), {**facts_of(taken), "file": ""})
    collection.append(capture("http://127.0.0.2:8080/1", ok("<p>后来</p>".encode()), started=START.replace(year=2027)))
    collection.append(capture("http://127.0.0.2:8080/gone", None, failure="refused <script>alert(2)</script>"))
    collection.stop_writing()
    facts = {
        "verdict": "complete",
        "counts": {"archived": 4, "failed": 1},
        "texts": 4,
        "started": "2026-11-22T06:30:00Z",
    }
    collection.storage.replace(f"runs/{RUN}/run.json", json.dumps(facts).encode())
    collection.storage.replace(f"runs/{RUN}/report.html", "<p>报告<script>hit=1</script></p>".encode())
    collection.seal_run(RUN)
    return collection


@contextmanager
def viewing(collection: Collection, token: str | None = None, find_urls: FindUrls | None = None) -> Iterator[Viewer]:
    """The viewer, listening on a free port until the end of the block."""

    def verify_text(run: str, row: Mapping[str, Any]) -> TextVerdict:
        return audit_text(collection, collection.texts(run), row, reextract)  # type: ignore[arg-type]

    app = create_app(collection, verify_text, read_page=read_page, find_urls=find_urls, token=token)
    server = listen(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Viewer(collection=collection, port=server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def some_urls(state: str, part: str, skip: int, limit: int) -> LedgerPage:
    """A ledger of 250 archived URLs and one that failed, with markup in its reason."""
    rows = [
        LedgerRow(
            url=f"http://a.example/{number}", state="archived", run=RUN, reason=None, status=200, changed="2026-11-22",
            location=None, text_file=None,
        )
        for number in range(250)
    ]  # fmt: skip
    rows.append(attrs.evolve(rows[0], url="http://b.example/<i>", state="failed", reason="<script>alert(3)</script>"))
    fit = tuple(row for row in rows if state in ("", row.state) and part in row.url)
    return LedgerPage(counts={"archived": 250, "failed": 1}, total=len(fit), rows=fit[skip : skip + limit])
