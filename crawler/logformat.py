"""LineLogFormatter: what Scrapy says of one page or item, in one line."""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class LineLogFormatter(LogFormatter):
    """Items are not dumped; where the ledger or the report tells of a failure, the log line is brief."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        return {"level": logging.DEBUG, "msg": "done: %(item)r", "args": {"item": item}}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        return {"level": logging.ERROR, "msg": "no text, an error of ours: %(item)r", "args": {"item": item}}

    def download_error(
        self, failure: Failure, request: Request, spider: Spider, errmsg: str | None = None
    ) -> LogFormatterResult:
        return {"level": logging.DEBUG, "msg": "not downloaded: %(url)s", "args": {"url": request.url}}
