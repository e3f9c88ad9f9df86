"""Hostile pages: made to take forever or to fill the memory.

`python -m tests.pipelines.hostile` reads each at full size, a line a page: name, CPU seconds, blocks of text, labels.
Exit 1 where one raised or took longer than it may.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator

import brotli

from pipelines.process import process
from tests.pipelines.pages import STORY, capture_of

MEMORY = 2048
"""MiB of address space, as the setting EXTRACT_MEMORY_LIMIT gives a worker."""
SECONDS = 20.0
"""CPU seconds a page of full size: some three times what the slowest takes, and less than EXTRACT_TIME_LIMIT."""

_TEXT = "".join(f"<p>{text}</p>" for text in STORY)
_TITLE = "云溪北坡发现新泉眼"


def page(body: str, head: str = "", title: str = _TITLE) -> bytes:
    """A page around something hostile."""
    start = f"<!DOCTYPE html><html lang='zh-CN'><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>"
    return f"{start}<h1>{title}</h1>{body}</body></html>".encode()


def _nested(size: float) -> Iterator[tuple[str, bytes]]:
    depth = 100_000  # cheap enough never to be less
    for tag in ("div", "span", "b", "ul", "blockquote", "font", "form", "p", "a", "select", "svg"):
        yield f"nested {tag}, unclosed", page(f"<{tag}>" * depth + _TEXT)
        if size == 1:
            yield f"nested {tag}", page(f"<{tag}>" * depth + _TEXT + f"</{tag}>" * depth)
    yield "nested tables", page("<table><tr><td>" * depth + _TEXT + "</td></tr></table>" * depth)
    mixed = "".join(f"<{tag}>" for tag in ("div", "b", "table><tr><td", "font", "ul><li", "i", "blockquote"))
    yield "nested tags of many kinds", page(mixed * (depth // 7) + _TEXT)
    yield "nested as deep as libxml2 goes", page("<div>" * 2000 + _TEXT + "</div>" * 2000)


def _large(size: float) -> Iterator[tuple[str, bytes]]:
    count, length = int(1_000_000 * size), int((50 << 20) * size)
    yield "one line of text", page("<p>" + "泉水清澈见底，村民们十分高兴。" * (length // 45))
    yield "text without markup", b"word and words " * (length // 15)
    yield "paragraphs", page(f"<p>{STORY[0]}</p>" * (length // 150))
    for tag in ("i", "br", "p", "a href=/x", "td", "table><tr><td", "ul><li", "h1", "option"):
        yield f"elements {tag}", page(f"<{tag}>泉" * count + _TEXT)
    yield "tables", page("<table><tr><td>泉</td></tr></table>" * (count // 10) + _TEXT)
    yield "attributes", page("<div " + " ".join(f"a{i}=1" for i in range(count)) + f">{_TEXT}</div>")
    yield "one attribute", page("<div class='" + "a b " * (length // 4) + f"'>{_TEXT}</div>")
    yield "one style", page("<div style='" + "display:block;" * (length // 14) + f"'>{_TEXT}</div>")
    yield "one comment", page("<!--" + "x - " * (length // 4) + f"-->{_TEXT}")
    yield "one comment, unclosed", page(f"{_TEXT}<!--" + "x - " * (length // 4))
    yield "one script", page("<script>" + "var a = '<p>x</p>';\n" * (length // 20) + f"</script>{_TEXT}")
    yield "entities", page("<p>" + "&lt;&nbsp;&#20320;&bogus;" * (length // 25))
    yield "combining marks", page("<p>泉" + "\u0301" * (length // 20))
    yield "pairs of brackets", page("（(" * (length // 50) + _TEXT)


def _bytes(size: float) -> Iterator[tuple[str, bytes]]:
    length = int((20 << 20) * size)
    for what in (b"\0", b"\xff", b"\x80", b"\x1b$B", b"<", b"<!", b"</", b"<a ", b"&", b"\xc3\xa9\xc2", b"\xe4\xb8"):
        yield f"bytes {what!r}", what * (length // len(what))
    yield "random bytes", random.Random(1).randbytes(length // 4)
    yield "filled with nulls", page(_TEXT).replace(b"<p>", b"<p>" + bytes(length // 20))
    for codec in ("latin-1", "gb18030"):
        misread = _TEXT.encode("utf-8" if codec == "latin-1" else "gb18030").decode("latin-1")
        yield f"mojibake of {codec}", page(misread * (length // 2000))
    yield "mojibake through GBK", page("浜戞邯鍘跨殑鎶ゆ灄鍛樺湪鍖楀潯鍙戠幇鏂扮殑娉夌溂锛" * (length // 80))


def _lines(size: float) -> Iterator[tuple[str, bytes]]:
    units = (
        "2026-", "来源：云溪日报 作者：", " ", "　", "（(", "“”", "2026年3月6日 09:30 ", "：：", "/ ", "记者王松 ",
        "|_-", "（责任编辑：", "Copyright ", "王松、", "a", "1",
    )  # fmt: skip
    names = ("author", "keywords", "publishdate", "source", "og:title", "description")
    for unit in units:
        line = unit * int((1 << 20) * size / len(unit.encode()))
        yield f"title {unit}", page(_TEXT, title=line)
        yield f"byline {unit}", page(f"<div class='info'>{line}</div>{_TEXT}")
        yield f"paragraph {unit}", page(f"<p>{line}</p>{_TEXT}<p>{line}</p>")
        yield f"metadata {unit}", page(_TEXT, "".join(f"<meta name='{name}' content='{line}'>" for name in names))
        yield f"tags {unit}", page(f"{_TEXT}<div class='tags'>标签：<a href='/t'>{line}</a></div>")


def _data(size: float) -> Iterator[tuple[str, bytes]]:
    count = int(20_000 * size)
    yield (
        "meta elements",
        page(_TEXT, "<meta name='author' content='王松'><meta property='article:tag' content='泉'>" * count),
    )
    blocks = '{"@type":"NewsArticle","headline":"云溪","author":{"name":"王松"}}'
    yield "JSON-LD blocks", page(_TEXT, f"<script type='application/ld+json'>{blocks}</script>" * count)
    for name, text in (
        ("JSON-LD, deep list", "[" * 200_000),
        ("JSON-LD, deep graph", '{"@graph":[' * 20_000 + "]}" * 20_000),
        ("JSON-LD, as deep as Python goes", '{"a":' * 900 + "1" + "}" * 900),
        ("JSON-LD, long number", '{"datePublished":' + "9" * 100_000 + "}"),
        ("JSON-LD, many", "[" + ",".join([blocks] * count * 10) + "]"),
        ("JSON-LD, not closed", '{"headline":"' + "云" * count * 10),
    ):
        yield name, page(_TEXT, f"<script type='application/ld+json'>{text}</script>")
    links = "".join(f"<a href='/a/1_{i}.html'>下一页</a><a href='/a/1.html'>{i}</a>" for i in range(count))
    yield "next links in a ring", page(_TEXT + links)
    doctype = b"".join(b"<!ENTITY a%d '%s'>" % (i, b"&a%d;" % (i - 1) * 9) for i in range(1, 20))
    bomb = b"<!DOCTYPE html [<!ENTITY a0 'ha'>" + doctype + b"]><html><body><p>&a19;</p>" + page(_TEXT)
    yield "entity bomb", bomb
    yield "entity bomb in XML", b"<?xml version='1.0'?>" + bomb
    external = b"<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    yield "a file as an entity", external + page("<p>&x;</p>" + _TEXT)


_FAMILIES: tuple[Callable[[float], Iterator[tuple[str, bytes]]], ...] = (_nested, _large, _bytes, _lines, _data)


def pages(size: float = 1.0) -> Iterator[tuple[str, bytes, str]]:
    """Name, body and content coding of every page; at size 1 the largest have 50 MiB."""
    for family in _FAMILIES:
        for name, body in family(size):
            yield name, body, ""
    zeros = page("<p>" + " " * int((120 << 20) * size))
    once = gzip.compress(zeros, 9, mtime=0)
    yield "gzip bomb", once, "gzip"
    yield "gzip bomb in gzip", gzip.compress(once, 9, mtime=0), "gzip, gzip"
    yield "brotli bomb", brotli.compress(zeros[: 64 << 20], quality=5), "br"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.pipelines.hostile", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--size", type=float, default=1.0, help="of the pages, as a share of the full size")
    parser.add_argument("--only", default="", help="the pages whose name holds this")
    options = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY << 20, MEMORY << 20))
    wrong = 0
    for name, body, coding in pages(options.size):
        if options.only not in name:
            continue
        start = time.process_time()
        try:
            document = process([capture_of(body, coding=coding)])
            found: list[object] = [len(document.blocks), [label.name for label in document.labels]]
        except Exception as error:
            found = [repr(error)[:200]]
            wrong += 1
        took = time.process_time() - start
        wrong += took > SECONDS
        print(json.dumps([name, round(took, 2), *found], ensure_ascii=False), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
