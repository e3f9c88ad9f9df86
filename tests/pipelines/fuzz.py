"""Fuzz: the demo site's pages, spoiled at random from a seed, through decode_page() and process().

`python -m tests.pipelines.fuzz --seconds 60 [--seed N]` goes on for that long and says which seeds went wrong: raised,
or took more CPU time than a page of that size may. A seed gives the same page on every machine.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count

import attrs

from benchmarks.demopages import demo_cases
from pipelines.charset import decode_page
from pipelines.process import process
from tests.pipelines.pages import capture_of

LIMIT = 6.0
"""CPU seconds that a page may take, far more than any took."""
_TYPES = (
    "text/html", "text/html; charset=gbk", "text/html; charset=utf-8", "text/html; charset=big5", "",
    "text/html; charset=utf-16", "application/xhtml+xml; charset=nonsense", "text/html; charset=hz-gb-2312",
)  # fmt: skip
_TAGS = (
    "div", "p", "b", "font", "table", "tr", "td", "ul", "li", "h1", "h2", "a href=/x", "script", "style", "title", "br",
    "meta name=author content=王松", "blockquote", "select", "!--", "![CDATA[", "span class=source", "?xml", "body",
    "html", "time datetime=2026-03-06", "svg", "template", "textarea", "plaintext", "frameset", "iframe", "noscript",
)  # fmt: skip
_WORDS = (
    "来源：", "作者：", "编辑：", "2026年3月6日 09:30", "记者 王松", "下一页", "责任编辑", "&#0;", "&nbsp;", "&bogus",
    "&#x1F600;", "\x00", "\x1b[31m", "\ufeff", "\ufffe", "\u202e", "锟斤拷", '{"@type":', "]]>", "-->", "á" * 40,
    "\u0301" * 200,
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Spoiled:
    """A page that something happened to."""

    seed: int
    body: bytes
    content_type: str
    coding: str


@cache
def _sound() -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(body for case in demo_cases() for body in case.bodies))


def spoiled(seed: int) -> Spoiled:
    """The page of a seed."""
    dice = random.Random(seed)
    body = dice.choice(_sound())
    for _ in range(dice.choice((1, 1, 2, 3, 8))):
        body = dice.choice(_MUTATIONS)(body, dice)
    coding = dice.choice(("", "", "", "", "gzip", "br", "deflate", "gzip, gzip", "nonsense"))
    if coding == "gzip" and dice.random() < 0.7:
        packed = gzip.compress(body, 1, mtime=0)
        body = packed[: dice.randrange(len(packed))] if dice.random() < 0.5 else packed
    return Spoiled(seed=seed, body=body, content_type=dice.choice(_TYPES), coding=coding)


Mutation = Callable[[bytes, random.Random], bytes]


def _flip(body: bytes, dice: random.Random) -> bytes:
    data = bytearray(body)
    for _ in range(dice.choice((1, 10, 100, len(data) // 20)) if data else 0):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def _splice(body: bytes, dice: random.Random) -> bytes:
    other = dice.choice(_sound())
    return body[: dice.randrange(len(body) + 1)] + other[dice.randrange(len(other)) :]


def _truncate(body: bytes, dice: random.Random) -> bytes:
    return body[: dice.randrange(len(body) + 1)]


def _repeat(body: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(body) + 1)
    chunk = body[start : start + dice.choice((1, 7, 60, 900))]
    return body[:start] + chunk * min(dice.choice((2, 50, 3000)), 300_000 // (len(chunk) + 1)) + body[start:]


def _cut_out(body: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(body) + 1)
    return body[:start] + body[start + dice.choice((1, 1, 20, 2000)) :]


def _insert(body: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.choice((1, 5, 200))):
        start = dice.randrange(len(body) + 1)
        word = dice.choice(_WORDS) if dice.random() < 0.4 else f"<{dice.choice(('', '', '/'))}{dice.choice(_TAGS)}>"
        body = body[:start] + word.encode(dice.choice(("utf-8", "gb18030"))) + body[start:]
    return body


def _misread(body: bytes, dice: random.Random) -> bytes:
    wrong = dice.choice(("latin-1", "gb18030", "big5hkscs", "utf-16-le", "utf-8"))
    return body.decode(wrong, "replace").encode(dice.choice(("utf-8", "gb18030", "utf-16")), "replace")


_MUTATIONS: tuple[Mutation, ...] = (_flip, _splice, _truncate, _repeat, _cut_out, _insert, _insert, _misread)


def fault(page: Spoiled) -> str | None:
    """What is wrong with how a page is read; None where nothing is."""
    start = time.process_time()
    try:
        text, decision = decode_page(page.body, page.content_type)
        assert 0 <= decision.replaced <= 1 and len(text) <= len(page.body) + 1
        process([capture_of(page.body, content_type=page.content_type, coding=page.coding)])
    except Exception:
        return traceback.format_exc()
    took = time.process_time() - start
    return f"took {took:.1f} s of CPU time for {len(page.body)} bytes" if took > LIMIT else None


def faults(seeds: Iterator[int]) -> Iterator[tuple[int, str]]:
    """The seeds whose pages are not read as they should be."""
    for seed in seeds:
        if found := fault(spoiled(seed)):
            yield seed, found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pipelines.fuzz", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long to go on")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    options = parser.parse_args(arguments)
    end, tried, wrong = time.monotonic() + options.seconds, 0, 0
    for seed in count(options.seed):
        if time.monotonic() > end:
            break
        tried += 1
        if found := fault(spoiled(seed)):
            wrong += 1
            print(f"seed {seed}: {found}", flush=True)
    print(f"{tried} pages, {wrong} not read as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
