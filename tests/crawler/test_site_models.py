"""A crawl learns models of its sites, reads again with them what it read before, and says when a site leaves them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest

from archives.collection import Collection
from archives.fixity import verify
from tests.commands import Workplace, kill, wait_until
from tests.servers import MisbehavingServer, response
from tests.sitepages import SitePage, outlets, redesigned

HTML = "Content-Type: text/html; charset=utf-8"


@attrs.frozen
class Outlet:
    """A site of generated articles, and where it is crawled to."""

    server: MisbehavingServer
    work: Workplace

    def serve(self, pages: list[SitePage]) -> dict[str, SitePage]:
        """Puts the articles, and nothing else, on the front page."""
        paths = {urlsplit(page.url).path: page for page in pages}
        links = "".join(f'<li><a href="{path}">{page.title}</a></li>' for path, page in paths.items())
        self.server.pages["/"] = response(f"<html><body><ul>{links}</ul></body></html>", HTML)
        self.server.pages |= {path: response(page.html, HTML) for path, page in paths.items()}
        return {f"{self.server.url}{path}": page for path, page in paths.items()}

    def crawl(self, *more: str) -> tuple[str, ...]:
        return ("-a", f"urls={self.server.url}/", *more)

    def models(self) -> list[Path]:
        return sorted((self.work.path("c") / "models").glob("*.json"))

    def texts(self) -> dict[str, str]:
        """By URL the blocks of main text as they lie there."""
        folder = sorted((self.work.path("c") / "texts").iterdir())[-1]
        return {
            row["url"]: "\n\n".join((folder / row["file"]).read_text("utf-8").split("\n\n")[row["body_block"] :])
            for row in self.work.rows("c")
        }

    def proved(self) -> None:
        assert self.work.run("ledger", "c").code == 0
        audit = self.work.run("audit", "c", "--json")
        assert audit.code == 0, audit
        assert json.loads(audit.out)["counts"]["MATCH"] == len(list((self.work.path("c") / "texts").glob("*/*.txt")))


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[Outlet]:
    with MisbehavingServer() as server:
        yield Outlet(server, Workplace(tmp_path))


def test_every_text_of_the_run_is_made_by_the_model_in_the_end(outlet: Outlet) -> None:
    pages = outlet.serve([outlets()["boxes"](number) for number in range(20)])
    ran = outlet.work.crawl("c", *outlet.crawl())
    assert ran.code == 0, ran
    (model,) = outlet.models()
    rows = outlet.work.rows("c")
    assert {row["provenance"]["model_digest"] for row in rows} == {f"sha256:{model.stem}"}
    assert outlet.texts() == {url: page.text for url, page in pages.items()}
    assert [row["file"][:4] for row in rows] == [f"{number:03d}_" for number in range(20)]
    assert len(list((outlet.work.path("c") / "texts").glob("*/*.txt"))) == 20
    assert outlet.work.run_record("c")["models"] == [
        {"site": rows[0]["site"], "digest": f"sha256:{model.stem}", "fitted": 20, "drifted": 0}
    ]
    outlet.proved()


def test_without_models_every_page_is_read_by_itself(outlet: Outlet) -> None:
    pages = outlet.serve([outlets()["boxes"](number) for number in range(12)])
    assert outlet.work.crawl("c", *outlet.crawl("-s", "EXTRACT_MODEL_PAGES=0")).code == 0
    assert outlet.models() == [] and {row["provenance"]["model_digest"] for row in outlet.work.rows("c")} == {None}
    assert outlet.texts() != {url: page.text for url, page in pages.items()}


def test_the_next_run_begins_with_the_model(outlet: Outlet) -> None:
    outlet.serve([outlets()["boxes"](number) for number in range(9)])
    assert outlet.work.crawl("c", *outlet.crawl()).code == 0
    pages = outlet.serve([outlets()["boxes"](number) for number in range(40, 44)])
    assert outlet.work.crawl("c", *outlet.crawl()).code == 0
    assert len(outlet.models()) == 1 and len(outlet.work.rows("c")) == 4
    assert set(outlet.texts().values()) == {page.text for page in pages.values()}
    outlet.proved()


def test_a_site_that_leaves_its_model_raises_an_alarm_and_gets_a_new_one(outlet: Outlet) -> None:
    outlet.serve([outlets()["boxes"](number) for number in range(9)])
    assert outlet.work.crawl("c", *outlet.crawl()).code == 0
    pages = outlet.serve([redesigned(number) for number in range(60, 80)])
    ran = outlet.work.crawl("c", *outlet.crawl())
    assert ran.code == 3 and "do not fit the site model" in ran.err, ran
    record = outlet.work.run_record("c")
    assert record["verdict"] == "findings" and any("template_drift" in finding for finding in record["findings"])
    assert len(outlet.models()) == 2
    rows = outlet.work.rows("c")
    assert len({row["provenance"]["model_digest"] for row in rows}) == 1 and not any(row["labels"] for row in rows)
    assert set(outlet.texts().values()) == {page.text for page in pages.values()}
    outlet.proved()


def test_a_kill_at_any_time_leaves_the_same_texts_in_the_end(outlet: Outlet) -> None:
    pages = outlet.serve([outlets()["boxes"](number) for number in range(16)])
    for model_lies_there in (False, True):
        process = outlet.work.start("crawl", "news", "-s", "COLLECTION=c", *outlet.crawl())
        wait_until(lambda seen=model_lies_there: bool(outlet.models()) if seen else len(outlet.work.rows("c")) > 2, 90)
        kill(process)
        process.communicate()
    ran = outlet.work.crawl("c", *outlet.crawl())
    assert ran.code == 0, ran
    assert outlet.texts() == {url: page.text for url, page in pages.items()}
    outlet.proved()


def test_a_run_that_was_stopped_and_sealed_may_still_read_again(outlet: Outlet) -> None:
    pages = outlet.serve([outlets()["boxes"](number) for number in range(16)])
    stopped = outlet.work.crawl("c", *outlet.crawl("-s", "GUARD_MAX_SECONDS=0.2", "-s", "DOWNLOAD_DELAY=0.3"))
    assert stopped.code == 5, stopped
    ran = outlet.work.crawl("c", *outlet.crawl())
    assert ran.code == 0, ran
    assert outlet.texts() == {url: page.text for url, page in pages.items()}
    outlet.proved()


@pytest.mark.parametrize("change", ["gone", "other"])
def test_a_model_that_is_not_what_it_was_is_found(outlet: Outlet, change: str) -> None:
    outlet.serve([outlets()["boxes"](number) for number in range(9)])
    assert outlet.work.crawl("c", *outlet.crawl()).code == 0
    (model,) = outlet.models()
    if change == "gone":
        model.unlink()
    else:
        model.write_bytes(model.read_bytes().replace(b"div#content", b"div#contenu"))
    collection = Collection.open(outlet.work.folder, "c")
    kinds = {finding.kind for finding in verify(collection)}
    assert kinds == {"models-missing" if change == "gone" else "models-changed"}
    ran = outlet.work.run("audit", "c", "--json")
    assert ran.code == 3 and json.loads(ran.out)["counts"]["MISMATCH"] == 0
    again = outlet.work.run("reextract", "c")
    assert again.code == 3 and "made again without their model" in again.out, again


def test_reextract_reads_by_the_models(outlet: Outlet) -> None:
    pages = outlet.serve([outlets()["boxes"](number) for number in range(9)])
    assert outlet.work.crawl("c", *outlet.crawl()).code == 0
    first = outlet.texts()
    assert outlet.work.run("reextract", "c", "--workers", "2").code == 0
    assert outlet.texts() == first == {url: page.text for url, page in pages.items()}
    outlet.proved()


def test_pages_that_left_their_model_teach_the_next_one_at_the_end_of_the_run(outlet: Outlet) -> None:
    outlet.serve([outlets()["boxes"](number) for number in range(9)])
    assert outlet.work.crawl("c", *outlet.crawl()).code == 0
    mixed = [outlets()["boxes"](number) for number in range(30, 37)] + [redesigned(number) for number in range(60, 73)]
    pages = outlet.serve(mixed)
    ran = outlet.work.crawl("c", *outlet.crawl("-s", "EXTRACT_MODEL_PAGES=13"))
    assert ran.code == 3, ran
    assert len(outlet.models()) == 2 and set(outlet.texts().values()) == {page.text for page in pages.values()}


def test_a_site_of_several_layouts_raises_no_alarm_in_the_run_that_learns_it(outlet: Outlet) -> None:
    pages = [outlets()["boxes"](number) for number in range(12)] + [redesigned(number) for number in range(60, 66)]
    outlet.serve(pages)
    ran = outlet.work.crawl("c", *outlet.crawl())
    assert ran.code == 0, ran
