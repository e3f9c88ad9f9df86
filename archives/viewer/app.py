"""App: the viewer as a WSGI callable: who may ask, which page answers, and how errors look."""

from __future__ import annotations

import base64
import hmac
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archives.collection import Collection
from archives.errors import ArchiveError, DamagedRecordError, RecordNotFoundError
from archives.viewer.exchange import RefusedError, Reply, Request, not_found
from archives.viewer.ledgerlist import FindUrls
from archives.viewer.pages import Pages, VerifyText
from archives.viewer.safepage import ReadPage
from archives.viewer.words import LANGUAGES, Words, language_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

_OWN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _OWN_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer a form would not say where it comes from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_LOOPBACK = re.compile(r"(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_NAME = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}"

Answer = Callable[..., Reply]


def create_app(
    collection: Collection,
    verify_text: VerifyText,
    *,
    read_page: ReadPage,
    find_urls: FindUrls | None = None,
    token: str | None = None,
) -> WSGIApplication:
    """The viewer of a collection, which it only reads.

    `verify_text` gives the verdict on one text, by run and row, as `archives.audit.audit_text` does; `read_page`
    decodes a capture; `find_urls` looks into the ledger, None where there is none. With a `token` every request must
    bring it, as password of Basic or as Bearer; without one only requests to a loopback name are answered, whoever
    listens, so that no page on the web can reach the viewer through a name of its own (DNS rebinding).
    """
    pages = Pages(collection, verify_text, read_page, find_urls)
    routes = _routes(pages)

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        method = str(environ.get("REQUEST_METHOD", "GET"))
        reply = _reply(environ, pages, routes, token)
        headers = {**_HEADERS, "Content-Type": reply.content_type, **reply.headers}
        if reply.size is not None:
            headers["Content-Length"] = str(reply.size)
        start_response(f"{reply.status.value} {reply.status.phrase}", list(headers.items()))
        if method == "HEAD":
            _close(reply)
            return []
        return reply.blocks()

    return app


def _routes(pages: Pages) -> list[tuple[str, re.Pattern[str], Answer]]:
    """Method, path and what answers; the groups of the path are its arguments."""
    table: list[tuple[str, str, Answer]] = [
        ("GET", "/", pages.overview),
        ("GET", "/texts", pages.texts),
        ("GET", f"/texts/({_NAME})/?", pages.texts_of_run),
        ("GET", f"/texts/({_NAME})/({_NAME})", pages.text),
        ("POST", f"/texts/({_NAME})/({_NAME})/verify", pages.verify),
        ("GET", f"/plain/({_NAME})/({_NAME})", pages.plain_text),
        ("GET", f"/capture/({_NAME})/([0-9]{{1,15}})", pages.capture),
        ("GET", f"/page/({_NAME})/([0-9]{{1,15}})", pages.archived_page),
        ("GET", f"/raw/({_NAME})/([0-9]{{1,15}})", pages.raw_record),
        ("GET", "/captures", pages.captures),
        ("GET", "/ledger", pages.ledger),
        ("GET", "/ledger\\.sqlite", pages.to_ledger),
        ("GET", f"/runs/({_NAME})/(report\\.html|run\\.json|crawl\\.log)", pages.run_file),
        ("GET", "/archive/", pages.to_archive),
        ("GET", f"/archive/({_NAME})", pages.warc_file),
        ("GET", "/style\\.css", pages.style),
    ]
    return [(method, re.compile(path), answer) for method, path, answer in table]


def _reply(
    environ: Mapping[str, Any], pages: Pages, routes: list[tuple[str, re.Pattern[str], Answer]], token: str | None
) -> Reply:
    words, request = Words("en"), None
    try:
        request = Request.of(environ)
        language = request.query.get("lang") or _cookie(request)
        known = language if language in LANGUAGES else language_of(request.headers.get("accept-language", ""))
        words = Words(known)
        _admit(request, token)
        reply = _route(request, routes, words)
    except RefusedError as refusal:
        reply = pages.error(words, request, refusal)
    except (RecordNotFoundError, DamagedRecordError) as error:
        reply = pages.error(words, request, not_found("no_record", why=error))
    except (ArchiveError, OSError) as error:
        reply = pages.error(words, request, RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "broken", why=error))
    except Exception:  # no visitor sees our insides, whatever a damaged collection makes of them
        traceback.print_exc(file=sys.stderr)
        reply = pages.error(words, request, RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "fault"))
    if request is not None and request.query.get("lang") in LANGUAGES:
        cookie = f"lang={words.language}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
        reply = Reply(
            body=reply.body,
            content_type=reply.content_type,
            status=reply.status,
            headers={**reply.headers, "Set-Cookie": cookie},
            length=reply.length,
        )
    return reply


def _route(request: Request, routes: list[tuple[str, re.Pattern[str], Answer]], words: Words) -> Reply:
    method = "GET" if request.method == "HEAD" else request.method
    allowed = set()
    for wanted, path, answer in routes:
        match = path.fullmatch(request.path)
        if match and wanted == method:
            return answer(request, words, *match.groups())
        if match:
            allowed.add(wanted)
    if allowed:
        refusal = RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "no_method", method=method[:20])
        refusal.headers["Allow"] = ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
        raise refusal
    raise not_found("no_page")


def _admit(request: Request, token: str | None) -> None:
    """Raises `RefusedError` for whoever may not ask."""
    host = request.headers.get("host", "")
    if token is None and not _LOOPBACK.fullmatch(host):
        raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "foreign_host", host=host[:100])
    if token is not None and not _brings(request.headers.get("authorization", ""), token):
        refusal = RefusedError(HTTPStatus.UNAUTHORIZED, "token_wanted")
        refusal.headers["WWW-Authenticate"] = 'Basic realm="newsarchive", charset="UTF-8"'
        raise refusal
    if request.method not in ("GET", "HEAD"):
        origin = request.headers.get("origin")
        elsewhere = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        if elsewhere or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise RefusedError(HTTPStatus.FORBIDDEN, "foreign_origin")


def _brings(authorization: str, token: str) -> bool:
    scheme, _, given = authorization.partition(" ")
    brought = given.strip().encode("utf-8", "replace")
    if scheme.lower() == "basic":
        try:
            brought = base64.b64decode(brought, validate=True).partition(b":")[2]
        except ValueError:
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(brought, token.encode("utf-8"))


def _cookie(request: Request) -> str:
    match = re.search(r"(?:^|;\s*)lang=(\w+)", request.headers.get("cookie", ""))
    return match[1] if match else ""


def _close(reply: Reply) -> None:
    close = getattr(reply.body, "close", None)
    if close is not None:
        close()
