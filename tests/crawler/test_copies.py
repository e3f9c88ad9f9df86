"""Copies in a crawl: who took a text over from whom, in one run, over several, and after a kill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.commands import Workplace, kill, wait_until
from tests.pipelines.pages import STORY
from tests.servers import Answer, MisbehavingServer, response

HTML = "Content-Type: text/html; charset=utf-8"
TITLE, HOME = "石桥县公布温泉眼测量结果", "云江日报"
FILLERS = (
    "县里还准备在泉眼旁边立一块小小的石碑，写上发现的日期和温度，供路过的人查看。",
    "测量队在山里住了十二天，用坏了三支温度计，最后一支是从邻县卫生院借来的。",
    "泉水从石缝里流出来，每小时约两百升，附近的村民冬天常来这里洗菜、洗衣服。",
    "负责人表示，明年开春以后还会再来量一次，届时将把两次的结果一并公布出来。",
)


def article(paragraphs: tuple[str, ...], when: str, source: str = HOME, title: str = TITLE) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return response(
        f"""<html><head><title>{title}</title></head><body><h1>{title}</h1>
<div class="info">{when}　来源：{source}</div><div class="article-content">{text}</div></body></html>""",
        HTML,
    )


WHOLE = (*STORY, *FILLERS)
SHORTER = WHOLE[:-1]
BACKWARDS = tuple(paragraph[::-1] for paragraph in WHOLE)
"""Another text."""


def others() -> dict[str, bytes]:
    """Texts that nobody copies."""
    return {
        f"/own{number}.html": article(_other(number), "2026-03-01 08:00", title=f"第{number}号消息")
        for number in (1, 2)
    }


def _other(number: int) -> tuple[str, ...]:
    return tuple(f"第{number}号消息。" + paragraph[number::3] * 2 for paragraph in WHOLE)


@attrs.frozen
class Outlets:
    """The one that texts are from, the one that copies them, and the collection that both are crawled into."""

    home: MisbehavingServer
    portal: MisbehavingServer
    work: Workplace

    def publish(self, original: bytes, copy: bytes) -> tuple[str, str]:
        """Their URLs."""
        name = f"/{len(self.home.pages)}.html"
        self.home.pages[name], self.portal.pages[name] = original, copy
        return self.home.url + name, self.portal.url + name

    def own(self) -> list[str]:
        """Texts that nobody copies, by which the first is known to be a source."""
        self.home.pages |= others()
        return [self.home.url + path for path in others()]

    def crawl(self, *urls: str) -> dict[str, dict[str, Any]]:
        """The rows of a run, by URL."""
        ran = self.work.crawl("c", *asked(*urls))
        assert ran.code == 0, ran
        return self.rows()

    def rows(self) -> dict[str, dict[str, Any]]:
        return {row["url"]: row for row in self.work.rows("c")}

    def clusters(self) -> list[dict[str, Any]]:
        ran = self.work.run("duplicates", "c", "--json")
        assert ran.code == 0, ran
        return [json.loads(line) for line in ran.out.splitlines()]

    def proved(self) -> None:
        assert self.work.run("ledger", "c").code == 0
        audit = self.work.run("audit", "c", "--json")
        assert audit.code == 0, audit
        assert json.loads(audit.out)["counts"]["MATCH"] == len(list((self.work.path("c") / "texts").glob("*/*.txt")))


def asked(*urls: str) -> tuple[str, ...]:
    """Exactly these."""
    return ("-a", f"urls={','.join(urls)}", "-a", "follow=false")


@pytest.fixture
def outlets(tmp_path: Path) -> Iterator[Outlets]:
    with MisbehavingServer(host="127.0.0.2") as home, MisbehavingServer(host="127.0.0.3") as portal:
        yield Outlets(home, portal, Workplace(tmp_path))


def labelled(rows: dict[str, dict[str, Any]]) -> dict[str, str]:
    """By URL the evidence of the label."""
    return {
        url: label["evidence"] for url, row in rows.items() for label in row["labels"] if label["name"] == "syndicated"
    }


def members(cluster: dict[str, Any]) -> list[tuple[str, bool]]:
    """URLs, the head first, and whether the text is the same."""
    return [(one["url"], one["similarity"] == 1) for one in cluster["members"]]


def test_in_one_run_the_copies_are_told_from_their_originals(outlets: Outlets) -> None:
    """The copies claim to be the earlier ones, and name the other outlet as their source."""
    first, exact = outlets.publish(article(WHOLE, "2026-03-05 09:30"), article(WHOLE, "2026-03-04 07:00"))
    second, near = outlets.publish(article(BACKWARDS, "2026-03-05 09:30"), article(BACKWARDS[1:], "2026-03-04 07:00"))
    rows = outlets.crawl(exact, near, first, second, *outlets.own())
    assert labelled(rows).keys() == {exact, near}
    assert first in labelled(rows)[exact] and second in labelled(rows)[near]
    clusters = outlets.clusters()
    assert sorted(map(members, clusters)) == sorted([[(first, True), (exact, True)], [(second, True), (near, False)]])
    assert all(one["outlets"] == 2 and "source" in one["why"] for one in clusters)
    outlets.proved()


def test_over_two_runs_each_copy_is_known_and_a_changed_page_is_none_of_itself(outlets: Outlets) -> None:
    early, late_copy = outlets.publish(article(WHOLE, "2026-03-05 09:30"), article(WHOLE, "2026-03-06 07:00"))
    late, early_copy = outlets.publish(
        article(BACKWARDS, "2026-03-05 09:30"), article(BACKWARDS[1:], "2026-03-06 07:00")
    )
    changed, *_ = own = outlets.own()
    assert labelled(outlets.crawl(early, early_copy, *own)) == {}
    page = article(
        (*_other(1), "更正：以上消息刊登时有一处数字有误，现已改正。"), "2026-03-01 08:00", title="第1号消息"
    )
    outlets.home.pages[changed.removeprefix(outlets.home.url)] = page
    rows = outlets.crawl(late, late_copy, changed)
    assert labelled(rows).keys() == {late_copy} and rows[late_copy]["duplicate_of"] == early
    assert [one["url"] for one in rows[late]["near_duplicates"]] == [early_copy], "and yet it is the original"
    assert (rows[changed]["duplicate_of"], rows[changed]["near_duplicates"]) == (None, [])
    assert {one["head"]: members(one)[1:] for one in outlets.clusters()} == {
        early: [(late_copy, True)], late: [(early_copy, False)]
    }  # fmt: skip
    outlets.proved()


def test_an_original_without_a_file_of_its_own_is_the_original_all_the_same(outlets: Outlets) -> None:
    """The copy came first and is the same to the byte, byline included: the ledger knows of the other."""
    page = article(WHOLE, "2026-03-05 09:30")
    original, copy = outlets.publish(page, page)
    parts = (page[:-9], page[-9:])
    outlets.home.pages[original.removeprefix(outlets.home.url)] = Answer(parts, pause=3)
    rows = outlets.crawl(copy, original, *outlets.own())
    assert original not in rows and outlets.work.ledger("c")[original]["state"] == "duplicate"
    assert original in labelled(rows)[copy]
    [cluster] = outlets.clusters()
    assert members(cluster) == [(original, True), (copy, True)] and "source" in cluster["why"]
    assert outlets.work.run("reextract", "c").code == 0
    assert labelled(outlets.rows()).keys() == {copy}
    outlets.proved()


def test_a_kill_changes_no_row_in_the_end(outlets: Outlets, tmp_path: Path) -> None:
    original, copy = outlets.publish(article(WHOLE, "2026-03-05 09:30"), article(WHOLE[1:], "2026-03-06 07:00"))
    urls = (copy, original, *outlets.own())
    for texts in (1, 3):
        process = outlets.work.start("crawl", "news", "-s", "COLLECTION=c", *asked(*urls), "-s", "DOWNLOAD_DELAY=0.5")
        wait_until(lambda least=texts: len(outlets.work.rows("c")) >= least)
        kill(process)
    broken = outlets.crawl(*urls)
    whole = Outlets(outlets.home, outlets.portal, Workplace(tmp_path / "whole")).crawl(*urls)
    assert sorted(map(told, broken.values())) == sorted(map(told, whole.values()))
    assert labelled(broken).keys() == {copy}
    assert alike(broken) == alike(whole) == {frozenset((copy, original))}
    outlets.proved()


def told(row: dict[str, Any]) -> tuple[str, str, str]:
    """What of a row does not depend on who was fetched first."""
    return (row["url"], row["text_digest"], str(row["labels"]))


def alike(rows: dict[str, dict[str, Any]]) -> set[frozenset[str]]:
    return {frozenset((url, other["url"])) for url, row in rows.items() for other in row["near_duplicates"]}
