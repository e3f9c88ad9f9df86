"""`serve`: a collection in the browser, for this machine alone unless told otherwise."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.exits import CommandMixin, ExitCode

if TYPE_CHECKING:
    from archives.capture import Capture
    from archives.viewer.safepage import PageText

_SHORTEST = 16
"""Characters of a token that cannot be found by trying."""
VARIABLE = "VIEWER_TOKEN"


class Command(CommandMixin, ScrapyCommand):
    """Listens until Ctrl-C."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "NAME [--port P] [--host H] [--token-file FILE]"

    def short_desc(self) -> str:
        return "Look at a collection in the browser: texts, archived pages, lineage, ledger"

    def long_desc(self) -> str:
        return (
            "Serves a collection, read only, on 127.0.0.1 until Ctrl-C, and prints the address. Another --host than a "
            "loopback address is refused unless --token-file (or the variable VIEWER_TOKEN) gives a token: every "
            "request must then bring it, in a browser as the password of any user. What goes over the network is not "
            "encrypted: put a proxy with TLS before it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--port", metavar="P", default="8800", help="port to listen on, 0 for any free one (8800)")
        parser.add_argument("--host", metavar="H", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        parser.add_argument("--token-file", metavar="FILE", help="file with the token that every request must bring")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("name one collection: serve NAME")
        self.guarded(lambda: self._serve(args[0], opts))

    def _serve(self, name: str, opts: argparse.Namespace) -> int:
        from archives.audit import audit_text
        from archives.viewer.app import create_app
        from archives.viewer.server import is_loopback, listen
        from crawler.errors import ConfigError
        from crawler.ledgerpages import LedgerPages
        from pipelines.reextraction import Reextractor

        collection = self.collection(name)
        port, token = _port(opts.port), _token(opts.token_file)
        if not is_loopback(opts.host) and token is None:
            what = f"others could read the collection there: give a token with --token-file or {VARIABLE}"
            raise ConfigError("serve", "--host", opts.host, what)
        reextract = Reextractor(collection.path)
        app = create_app(
            collection,
            lambda run, row: audit_text(collection, collection.texts(run), row, reextract),
            read_page=read_page,
            find_urls=LedgerPages(collection),
            token=token,
        )
        try:
            server = listen(app, opts.host, port)
        except OSError as error:
            what = f"cannot listen at {opts.host}: {error.strerror or error}; choose another --port or --host"
            raise ConfigError("serve", "--port", port, what) from error
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
        host = f"[{opts.host}]" if ":" in opts.host else opts.host
        try:
            print(f"{name}: http://{host}:{server.server_port}/ (Ctrl-C stops it)", flush=True)
            server.serve_forever()
        except KeyboardInterrupt:
            print("stopped", flush=True)
        finally:
            server.server_close()
        return ExitCode.CLEAN


def read_page(capture: Capture) -> PageText:
    """A capture decoded as the extraction decodes it."""
    from archives.viewer.safepage import PageText
    from pipelines.reading import decode_capture

    page, problem = decode_capture(capture)
    return PageText(html=page.html, charset=page.charset.used, problem=problem)


def _port(given: str) -> int:
    from crawler.errors import ConfigError

    if not (given.isascii() and given.isdigit() and int(given) < 65536):
        raise ConfigError("serve", "--port", given, "give a number from 0 to 65535")
    return int(given)


def _token(file: str | None) -> str | None:
    """The token that visitors must bring; None where none is set. Raises ConfigError for an unusable one."""
    from crawler.errors import ConfigError

    where, token = ("--token-file", "") if file else (VARIABLE, os.environ.get(VARIABLE, ""))
    if file:
        try:
            token = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("serve", where, file, f"cannot be read: {error}") from error
    token = token.strip()
    if (file or token) and len(token) < _SHORTEST:
        raise ConfigError("serve", where, file or "…", f"the token must have {_SHORTEST} characters or more")
    return token or None
