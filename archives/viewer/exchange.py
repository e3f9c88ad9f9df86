"""Request and Reply: what a page of the viewer gets and gives, free of the WSGI calling convention (PEP 3333)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import parse_qs

import attrs

_QUERY_LIMIT = 4096
_BLOCK = 1 << 16


@attrs.frozen(kw_only=True)
class Request:
    """One HTTP request, decoded."""

    method: str
    """HEAD is told apart here only: a page answers it as GET."""
    path: str
    """Percent-decoded UTF-8."""
    query: Mapping[str, str]
    """The last value of each parameter, without NUL and control characters."""
    headers: Mapping[str, str]
    """By lower-case name."""

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> Request:
        """The request that a WSGI server hands over. Raises `RefusedError` for a path that is not UTF-8."""
        try:
            path = str(environ.get("PATH_INFO") or "/").encode("latin-1").decode("utf-8")
        except UnicodeError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "bad_path") from error
        try:
            found = parse_qs(str(environ.get("QUERY_STRING") or "")[:_QUERY_LIMIT], max_num_fields=20, errors="replace")
        except ValueError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "bad_query") from error
        query = {name: _printable(values[-1]) for name, values in found.items()}
        headers = {
            name[5:].replace("_", "-").lower(): str(value)
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        return cls(method=str(environ.get("REQUEST_METHOD", "GET")), path=path, query=query, headers=headers)

    def number(self, name: str, least: int = 1, most: int = 1 << 40) -> int:
        """A whole number from the query, within bounds; `least` where it is none."""
        given = self.query.get(name, "")
        usable = given.isascii() and given.isdigit() and len(given) < 16
        return max(least, min(int(given), most)) if usable else least


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()


@attrs.frozen(kw_only=True)
class Reply:
    """What goes back: a status, header fields, and the body in one piece or in blocks."""

    body: bytes | Iterable[bytes] = b""
    content_type: str = "text/html; charset=utf-8"
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = attrs.field(factory=dict)
    length: int | None = None
    """Of a body in blocks, where it is known."""

    @property
    def size(self) -> int | None:
        return len(self.body) if isinstance(self.body, bytes) else self.length

    def blocks(self) -> Iterable[bytes]:
        return [self.body] if isinstance(self.body, bytes) else self.body


class RefusedError(Exception):
    """A request that gets an error page."""

    def __init__(self, status: HTTPStatus, message: str, **about: object) -> None:
        """`message` is a key of `archives.viewer.words`; `about` fills it in."""
        super().__init__(message)
        self.status, self.message, self.about = status, message, about
        self.headers: dict[str, str] = {}


def not_found(message: str, **about: object) -> RefusedError:
    """Nothing lies at that address."""
    return RefusedError(HTTPStatus.NOT_FOUND, message, **about)


def redirect(to: str) -> Reply:
    """Another page of the viewer has it; `to` is a path of ours."""
    return Reply(status=HTTPStatus.SEE_OTHER, headers={"Location": to}, content_type="text/plain; charset=utf-8")


def download(file: BinaryIO, name: str, start: int, length: int) -> Reply:
    """Part of a file as bytes that no browser interprets; `file` is closed when they are through."""
    headers = {"Content-Disposition": f"attachment; filename={json.dumps(name)}", "Content-Security-Policy": "sandbox"}
    return Reply(
        body=_Stretch(file, start, length), length=length, content_type="application/octet-stream", headers=headers
    )


class _Stretch:
    """Bytes of a file in blocks, as WSGI wants them: `close` is called even where the client went away."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file, self._left = file, length
        file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (block := self._file.read(min(_BLOCK, self._left))):
            self._left -= len(block)
            yield block

    def close(self) -> None:
        self._file.close()
