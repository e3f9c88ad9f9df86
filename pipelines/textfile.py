"""Text file: a document as plain text in blocks, and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

import attrs

from pipelines.document import Document

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINES = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_CLOCK = {"day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S"}
_BYLINE = re.compile(
    r"(?=.)(?:来源:(?P<source>.+?))?(?:(?:^| )作者:(?P<author>.+?))?(?:(?:^| )编辑:(?P<editor>.+?))?"
    r"(?:(?:^| )(?P<time>\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d)?)?))?"
)


@attrs.frozen(kw_only=True)
class RenderedText:
    """A document as the characters of its file."""

    text: str
    body_block: int
    """Index of the first block of main text: 0 to 2."""


@attrs.frozen(kw_only=True)
class ParsedText:
    """The parts of a text file."""

    title: str | None
    byline: str | None
    blocks: tuple[str, ...]


def render_text(document: Document) -> RenderedText:
    """Title, byline and main text, one block each, parted by one blank line.

    NFC, line feeds only, none at the end, no control or invisible characters, no space at a line's end. The byline
    has only what is known; the time is as fine as the page says it, in the page's own zone.
    """
    blocks = [block for block in (_line(document.title or ""), _byline(document)) if block]
    body_block = len(blocks)
    blocks += [block for text in document.blocks if (block := clean_block(text))]
    return RenderedText(text="\n\n".join(blocks), body_block=body_block)


def parse_text(text: str, body_block: int | None = None) -> ParsedText:
    """Reads a text file back. `body_block` says where the main text begins; without it, the byline's form tells:
    the block before a byline is the title, and a file whose second block is none has a title and no byline."""
    blocks = text.split("\n\n") if text else []
    if body_block is None:
        body_block = _guess_body(blocks)
    head, body = blocks[:body_block], tuple(blocks[body_block:])
    byline = head.pop() if head and (len(head) == 2 or is_byline(head[-1])) else None
    return ParsedText(title=head[0] if head else None, byline=byline, blocks=body)


def is_byline(block: str) -> bool:
    """Whether a block has the form of a byline."""
    return "\n" not in block and bool(_BYLINE.fullmatch(block))


def clean_block(text: str) -> str:
    """A block as a text file may hold it: its lines cleaned, empty ones gone, code indented. May be empty."""
    lines = [(len(raw) - len(raw.lstrip(" ")), line) for raw in _LINES.split(text) if (line := _line(raw))]
    return "\n".join(" " * indent * (at > 0) + line for at, (indent, line) in enumerate(lines))


def clock(when: datetime, precision: str | None) -> str:
    """A time as a byline shows it."""
    return when.strftime(_CLOCK.get(precision or "minute", _CLOCK["minute"])).rjust(10, "0")


def _line(text: str) -> str:
    previous = ""
    while text != previous:  # composing may bring a space to the edge, or two marks together
        previous = text
        text = " ".join(_FORBIDDEN.sub("", unicodedata.normalize("NFC", text)).split())
    return text


def _byline(document: Document) -> str:
    names: Sequence[tuple[str, str | None]] = (
        ("来源", document.source), ("作者", "、".join(document.author)), ("编辑", document.editor),
    )  # fmt: skip
    parts = [f"{label}:{value}" for label, raw in names if (value := _line(raw or ""))]
    if document.published:
        parts.append(clock(document.published, document.published_precision))
    return " ".join(parts)


def _guess_body(blocks: Sequence[str]) -> int:
    if len(blocks) > 1 and is_byline(blocks[1]):
        return 2
    return min(1, len(blocks))
