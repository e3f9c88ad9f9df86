"""render_text() and parse_text(): the seed format, kept by whatever comes in."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import attrs
from hypothesis import given
from hypothesis import strategies as st

from pipelines.document import CharsetDecision, Document, Provenance
from pipelines.facts.dates import CHINA
from pipelines.textfile import parse_text, render_text

PLAIN = Document(
    url="http://a.example/1", site="a.example", title="泉眼", author=("王松", "沈青禾"), source="央广网",
    editor="邱晓琴",
    published=datetime(2022, 12, 2, 14, 53, tzinfo=CHINA), published_precision="minute",
    blocks=("第一段。", "项目 | 数\n甲 | 1"),
    charset=CharsetDecision(declared=None, detected=None, used="utf-8", replaced=0),
    captured_at=datetime(2025, 1, 1, tzinfo=UTC),
    provenance=Provenance(extractor="x", versions={}, rules_digest="sha256:0", model_digest=None),
)  # fmt: skip


def test_the_seed_format() -> None:
    rendered = render_text(PLAIN)
    assert rendered.text == (
        "泉眼\n\n来源:央广网 作者:王松、沈青禾 编辑:邱晓琴 2022-12-02 14:53\n\n第一段。\n\n项目 | 数\n甲 | 1"
    )
    assert rendered.body_block == 2
    parsed = parse_text(rendered.text)
    assert (parsed.title, parsed.blocks) == ("泉眼", PLAIN.blocks)
    assert parsed.byline == "来源:央广网 作者:王松、沈青禾 编辑:邱晓琴 2022-12-02 14:53"


def test_only_what_is_known_is_written() -> None:
    bare = attrs.evolve(PLAIN, author=(), source=None, editor=None, published_precision="day")
    assert render_text(bare).text.split("\n\n")[1] == "2022-12-02"
    none = attrs.evolve(bare, title=None, published=None)
    assert render_text(none).text == "第一段。\n\n项目 | 数\n甲 | 1" and render_text(none).body_block == 0
    untitled = attrs.evolve(PLAIN, title=None, author=(), editor=None, published=None)
    assert parse_text(render_text(untitled).text).byline == "来源:央广网"


def test_what_does_not_show_is_left_out() -> None:
    odd = "\ufeff　　甲\u200b乙\x07丙\u202e丁\u2028戊\r\n\n \x85己　\u3000"
    assert render_text(attrs.evolve(PLAIN, blocks=(odd, "\u200b \n", "e\u0301"))).text.split("\n\n")[2:] == [
        "甲乙丙丁\n戊\n己",
        "é",
    ]


ANY = st.text(st.characters(codec=None), max_size=80)


@given(
    st.one_of(st.none(), ANY),
    ANY,
    ANY,
    st.lists(ANY, max_size=4),
    st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
)
def test_whatever_comes_in_the_format_holds(
    title: str | None, source: str, author: str, blocks: list[str], published: datetime | None
) -> None:
    document = attrs.evolve(
        PLAIN, title=title, source=source, author=(author,), blocks=tuple(blocks), published=published
    )
    rendered = render_text(document)
    text = rendered.text
    assert text.encode("utf-8").decode("utf-8") == text == unicodedata.normalize("NFC", text)
    assert text == text.strip() and "\n\n\n" not in text
    assert all(line == line.strip() for line in text.split("\n"))
    assert not [char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(text) & set("\ufeff\u200b\u200e\u202e\u2066\u00ad")
    parsed = parse_text(text, rendered.body_block)
    assert (parsed.title is not None) + (parsed.byline is not None) == rendered.body_block
    parts = [part for part in (parsed.title, parsed.byline, *parsed.blocks) if part is not None]
    assert "\n\n".join(parts) == text
