"""What the ledger says of a page without a text: what it was instead."""

from __future__ import annotations

import pytest

from archives.capture import RecordLocation
from crawler.extensions.run import outcomes_of
from crawler.frontier.base import State
from pipelines.items import ArticleItem, FetchedPage
from pipelines.process import process
from pipelines.workers import Extracted
from tests.pipelines.pages import TAKEN, capture_of

URL = "http://news.example/a/1.html"
PLACE = RecordLocation(file="a.warc.gz", offset=0, length=1, record_id="<urn:uuid:1>", payload_digest="sha256:0")


@pytest.mark.parametrize(
    ("body", "kind", "state", "reason"),
    [
        (b"%PDF-1.7", "application/pdf", State.ARCHIVED, "no text: not a page (application/pdf)"),
        (b"", "text/html", State.ARCHIVED, "no text: an empty body"),
        (b"<html><body><div></div></body></html>", "text/html", State.ARCHIVED, "no text: no main text found"),
        ("<title>页面不存在</title><p>返回首页</p>".encode(), "text/html", State.GONE, "soft_404: status 200, title"),
    ],
)
def test_the_ledger_says_why_there_is_no_text(body: bytes, kind: str, state: State, reason: str) -> None:
    document = process([capture_of(body, URL, content_type=kind)])
    page = FetchedPage(url=URL, location=PLACE, status=200, captured_at=TAKEN)
    extracted = Extracted(document=document, text="", row={}, seconds=0.0)
    outcome = outcomes_of(ArticleItem(pages=(page,), extracted=extracted))[URL]
    assert outcome.state is state and (outcome.reason or "").startswith(reason)
