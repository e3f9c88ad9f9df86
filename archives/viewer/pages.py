"""Pages: what the viewer shows at each address. Each takes the request, the words of its language and path parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import attrs

from archives.audit import TextVerdict, Verdict
from archives.cdxj import IndexEntry
from archives.collection import INDEX, Collection
from archives.errors import ArchiveError, StorageError
from archives.viewer.catalogue import PAGE_SIZE, Catalogue, Place, Wanted, storable
from archives.viewer.exchange import RefusedError, Reply, Request, download, not_found, redirect
from archives.viewer.ledgerlist import FindUrls
from archives.viewer.lineage import (
    ChainView,
    Check,
    file_check,
    locations,
    main_record,
    record_checks,
    text_checks,
)
from archives.viewer.rendering import head_text, items, mapping, paging, shown, templates
from archives.viewer.safepage import HEADERS, ReadPage, plain_page, safe_page
from archives.viewer.words import Words

VerifyText = Callable[[str, Mapping[str, Any]], TextVerdict]
"""The verdict on the text of a run and its row, made again from the archived bytes now."""

_LEDGER_PAGE = 100
_MOST_CAPTURES = 200
_TYPES = {
    "report.html": "text/html; charset=utf-8",
    "run.json": "application/json",
    "crawl.log": "text/plain; charset=utf-8",
}
_REPORT_POLICY = (
    "sandbox allow-downloads; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_FACTS = (
    "title", "source", "author", "editor", "published", "modified", "category", "tags", "lang", "site", "url",
    "canonical_url", "original_url", "captured_at", "chars", "duplicate_of", "near_duplicates",
)  # fmt: skip


class Pages:
    """The pages of one collection."""

    def __init__(
        self, collection: Collection, verify_text: VerifyText, read_page: ReadPage, find_urls: FindUrls | None
    ) -> None:
        self._collection = collection
        self._verify_text, self._read_page, self._find_urls = verify_text, read_page, find_urls
        self._catalogue = Catalogue(collection)
        self._templates = templates()

    # -- overview

    def overview(self, request: Request, words: Words) -> Reply:
        """Runs, counts, and how the chain stands."""
        found = None if self._find_urls is None else self._find_urls("", "", 0, 0)
        warcs = self._warcs()
        return self._page(
            "overview",
            request,
            words,
            runs=list(reversed([self._run(name) for name in self._collection.runs()])),
            texts=self._catalogue.find(Wanted())[1],
            captures=self._count_captures(),
            states={} if found is None else {state: n for state, n in found.counts.items() if n},
            failed=None if found is None else found.counts.get("failed", 0),
            chain=ChainView(self._collection).state(),
            warcs=warcs,
        )

    def run_file(self, request: Request, words: Words, run: str, name: str) -> Reply:
        """A file of a run's folder, as it lies there."""
        try:
            data = self._collection.storage.read(f"runs/{run}/{name}")
        except FileNotFoundError as error:
            raise not_found("no_file", file=f"runs/{run}/{name}") from error
        headers = {"Content-Security-Policy": _REPORT_POLICY}
        return Reply(body=data, content_type=_TYPES[name], headers=headers)

    def to_archive(self, request: Request, words: Words) -> Reply:
        """Where the run report's link to `archive/` leads."""
        return redirect("/#archive")

    def warc_file(self, request: Request, words: Words, name: str) -> Reply:
        """A whole WARC file, or as much of it as is written."""
        try:
            file = self._collection.open_warc(name)
        except FileNotFoundError as error:
            raise not_found("no_file", file=f"archive/{name}") from error
        return download(file, name, 0, file.seek(0, 2))

    def style(self, request: Request, words: Words) -> Reply:
        """The style sheet of every page."""
        sheet = self._templates.get_template("style.css").render().encode("utf-8")
        return Reply(body=sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "max-age=300"})

    # -- texts

    def texts(self, request: Request, words: Words) -> Reply:
        """The list of texts, filtered and searched."""
        asked = {name: request.query.get(name, "")[:200] for name in ("q", "site", "label", "run", "since", "until")}
        wanted = Wanted(**{"words" if name == "q" else name: value for name, value in asked.items()})
        page = request.number("page", most=1_000_000)
        found, total = self._catalogue.find(wanted, page)
        return self._page(
            "texts",
            request,
            words,
            asked=asked,
            found=found,
            total=total,
            facets=self._catalogue.facets(),
            **paging("/texts", asked, page, total, PAGE_SIZE),
        )

    def texts_of_run(self, request: Request, words: Words, run: str) -> Reply:
        """Where the run report's link to `texts/RUN/` leads."""
        return redirect("/texts?" + urlencode({"run": run}))

    def text(self, request: Request, words: Words, run: str, file: str) -> Reply:
        """One text beside its page, with everything known of it."""
        return self._text_page(request, words, run, self._place(run, file))

    def verify(self, request: Request, words: Words, run: str, file: str) -> Reply:
        """The same, with every digest checked and the text made again just now."""
        place = self._place(run, file)
        verdict = self._verify_text(run, place.row)
        checks = list(self._checks(run, place))
        return self._text_page(request, words, run, place, verdict=verdict, checks=checks)

    def plain_text(self, request: Request, words: Words, run: str, file: str) -> Reply:
        """The bytes of a text file."""
        self._place(run, file)
        try:
            data = self._collection.texts(run).read(file)
        except FileNotFoundError as error:
            raise not_found("no_file", file=f"texts/{run}/{file}") from error
        return Reply(body=data, content_type="text/plain; charset=utf-8")

    def _place(self, run: str, file: str) -> Place:
        place = self._catalogue.place(run, file)
        if place is None:
            raise not_found("no_text", run=run, file=file)
        return place

    def _text_page(
        self,
        request: Request,
        words: Words,
        run: str,
        place: Place,
        verdict: TextVerdict | None = None,
        checks: list[Check] | None = None,
    ) -> Reply:
        row = {**dict.fromkeys((*_FACTS, "text_digest")), **place.row}
        try:
            blocks = self._collection.texts(run).read(row["file"]).decode("utf-8", "replace").split("\n\n")
            problem = None
        except (FileNotFoundError, ArchiveError) as error:
            blocks, problem = [], str(error)
        origins = mapping(row.get("origins"))
        facts = [(name, shown(row.get(name)), origins.get(name, "")) for name in _FACTS if row.get(name)]
        at, chain = locations(row), ChainView(self._collection)
        return self._page(
            "text",
            request,
            words,
            run=run,
            place=place,
            row=row,
            blocks=blocks,
            problem=problem,
            facts=facts,
            labels=[label for label in items(row.get("labels")) if isinstance(label, dict)],
            charset=mapping(row.get("charset")),
            provenance=mapping(row.get("provenance")),
            captures=[(location, chain.seal("warc", location.file)) for location in at],
            run_seal=chain.seal("run", run),
            timeline=self._timeline(row["url"]),
            others=[text for text in self._catalogue.of_url(row["url"]) if text.run != run],
            whole_row=json.dumps(place.row, ensure_ascii=False, indent=2),
            verdict=verdict,
            match=verdict is not None and verdict.verdict is Verdict.MATCH,
            checks=checks or [],
        )

    def _checks(self, run: str, place: Place) -> Iterator[Check]:
        chain = ChainView(self._collection)
        yield from text_checks(self._collection, run, place, chain.seal("run", run))
        at = locations(place.row)
        for location in at:
            try:
                yield from record_checks(self._collection, location)
            except ArchiveError as error:
                where = f"{location.file} @{location.offset}"
                yield Check(what="unreadable", where=where, expected=location.record_id, found=str(error))
        for name in sorted({location.file for location in at}):
            seal = chain.seal("warc", name)
            if seal is not None:
                yield file_check(self._collection, name, seal)

    # -- captures

    def captures(self, request: Request, words: Words) -> Reply:
        """Every capture of a URL."""
        url = request.query.get("url", "")
        timeline = self._timeline(url) if url else []
        return self._page("captures", request, words, url=url, timeline=timeline)

    def capture(self, request: Request, words: Words, name: str, offset: str) -> Reply:
        """One exchange: what was asked, what came back, and the records that hold it."""
        record, location = main_record(self._collection, name, int(offset))
        if record.kind not in ("response", "revisit", "metadata"):
            raise not_found("no_record", why=f"{record.kind} {record.record_id}")
        capture = self._collection.read(location, resolve=False)
        return self._page(
            "capture",
            request,
            words,
            location=location,
            record=record,
            capture=capture,
            request_head=head_text(capture.request.head) if capture.request else None,
            response_head=head_text(capture.response.head) if capture.response else None,
            seal=ChainView(self._collection).seal("warc", name),
            timeline=self._timeline(capture.url),
            texts=self._catalogue.of_url(capture.url),
        )

    def archived_page(self, request: Request, words: Words, name: str, offset: str) -> Reply:
        """What came back, made harmless; for the frame on other pages, or by itself."""
        _, location = main_record(self._collection, name, int(offset))
        page = self._read_page(self._collection.read(location))
        if page.problem is not None:
            return Reply(body=plain_page(words("nothing_to_show", why=page.problem)), headers=HEADERS)
        return Reply(body=safe_page(page.html), headers=HEADERS)

    def raw_record(self, request: Request, words: Words, name: str, offset: str) -> Reply:
        """A record as it lies in its file: one gzip member, which is a WARC file by itself."""
        record, _ = main_record(self._collection, name, int(offset))
        file = self._collection.open_warc(name)
        return download(file, f"{name.removesuffix('.warc.gz')}-{offset}.warc.gz", record.offset, record.length)

    def _timeline(self, url: str) -> list[IndexEntry]:
        """The captures of a URL, oldest first; of very many the newest."""
        return list(self._collection.captures(storable(url) or ""))[-_MOST_CAPTURES:]

    # -- ledger

    def ledger(self, request: Request, words: Words) -> Reply:
        """What became of every URL, by state."""
        asked = {"state": request.query.get("state", "")[:40], "q": request.query.get("q", "")[:500]}
        page = request.number("page", most=10_000_000)
        find = self._find_urls
        found = None if find is None else find(asked["state"], asked["q"], (page - 1) * _LEDGER_PAGE, _LEDGER_PAGE)
        total = 0 if found is None else found.total
        links = paging("/ledger", asked, page, total, _LEDGER_PAGE)
        return self._page("ledger", request, words, asked=asked, found=found, total=total, **links)

    def to_ledger(self, request: Request, words: Words) -> Reply:
        """Where the run report's link to `ledger.sqlite` leads."""
        return redirect("/ledger")

    # -- what all pages share

    def error(self, words: Words, request: Request | None, refusal: RefusedError) -> Reply:
        """A page that says what went wrong."""
        about = {name: str(value) for name, value in refusal.about.items()}
        message = words(refusal.message, **about)
        reply = self._page("error", request, words, status=refusal.status, message=message)
        return attrs.evolve(reply, status=refusal.status, headers=refusal.headers)

    def _page(self, template: str, request: Request | None, words: Words, /, **known: Any) -> Reply:
        other = "en" if words.language == "zh" else "zh"
        readable = request is not None and request.method in ("GET", "HEAD")
        path, query = (request.path, request.query) if request is not None and readable else ("/", {})
        switch = quote(path) + "?" + urlencode({**query, "lang": other})
        html = self._templates.get_template(f"{template}.html").render(
            t=words, collection=self._collection.name, switch=switch, other=Words(other).lang, section=template, **known
        )
        return Reply(body=html.encode("utf-8", "replace"))

    def _run(self, name: str) -> dict[str, Any]:
        """What `run.json` says, as far as it can be read."""
        said: object = None
        with suppress(FileNotFoundError, StorageError, ValueError, RecursionError):
            said = json.loads(self._collection.storage.read(f"runs/{name}/run.json"))
        facts = mapping(said)
        counts = mapping(facts.get("counts"))
        return {
            "name": name,
            "verdict": facts.get("verdict"),
            "started": facts.get("started"),
            "finished": facts.get("finished"),
            "texts": facts.get("texts"),
            "archived": counts.get("archived"),
            "failed": counts.get("failed"),
            "report": self._collection.storage.exists(f"runs/{name}/report.html"),
        }

    def _warcs(self) -> list[tuple[str, int]]:
        found = []
        for name in self._collection.storage.names("archive"):
            with self._collection.storage.open(f"archive/{name}") as file:
                found.append((name, file.seek(0, 2)))
        return found

    def _count_captures(self) -> int:
        """Lines of the index: what lies in closed files."""
        try:
            with self._collection.storage.open(INDEX) as index:
                return sum(block.count(b"\n") for block in iter(lambda: index.read(1 << 20), b""))
        except FileNotFoundError:
            return 0
