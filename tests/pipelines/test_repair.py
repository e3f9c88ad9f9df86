"""The repair of annotated pinyin: what is taken out is on record, and goes back to the byte."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archives.audit import audit
from archives.collection import Collection
from pipelines.errors import TextError
from pipelines.process import process
from pipelines.reextraction import Reextractor
from pipelines.repair import undone, with_notes, without_notes
from pipelines.row import document_row
from pipelines.rules import ExtractRules
from pipelines.shelf import rules_shelf
from pipelines.textfile import clean_block, render_text
from pipelines.workers import ExtractionTask, extract
from tests.archives.samples import capture, ok
from tests.pipelines.newscollection import RUN, seal
from tests.pipelines.pages import STORY, capture_of, page_of

NOTED = (
    "三月六日清晨，云溪縣(xiàn)的護(hù)林員在北坡發(fā)現(xiàn)一處新的泉眼，水溫常年保持在十一攝(shè)氏度上下。",
    "縣水務(wù)局當(dāng)天派人取樣，初步檢測（jiǎn cè）顯示，泉水的礦 (kuàng)物質(zhì) 含量高於山下的水井。",
)
BARE = (
    "三月六日清晨，云溪縣的護林員在北坡發現一處新的泉眼，水溫常年保持在十一攝氏度上下。",
    "縣水務局當天派人取樣，初步檢測顯示，泉水的礦物質 含量高於山下的水井。",
)
STRIP = ExtractRules(strip_pinyin=True)


def test_notes_stay_unless_a_rule_takes_them_out() -> None:
    document = process([capture_of(page_of(NOTED))])
    assert document.blocks == NOTED and document.removed_notes == ()
    assert [label.name for label in document.labels] == ["annotated_pinyin"]


def test_what_a_rule_takes_out_is_counted_listed_and_goes_back() -> None:
    document = process([capture_of(page_of(NOTED))], STRIP)
    assert document.blocks == BARE
    assert document.labels[0].evidence.endswith("; 10 taken out")
    text = render_text(document)
    row = json.loads(json.dumps(document_row(document, text, [])))
    assert len(row["removed_notes"]) == 10 and row["removed_notes"][0] == {"block": 0, "at": 10, "text": "(xiàn)"}
    left = attrs.evolve(document, blocks=NOTED)
    assert undone(text.text, row) == render_text(left).text


def test_a_repaired_text_is_proved_by_an_audit_and_can_be_undone(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "noted")
    collection.start_writing({"software": "tests"})
    place = collection.append(capture("http://127.0.0.2/1.html", ok(page_of(NOTED).encode())))
    collection.stop_writing()
    rules_shelf(collection.path).keep(STRIP)
    made = extract(ExtractionTask(collection=collection.path, locations=(place,), rules=STRIP))
    collection.texts(RUN).put(made.text, {**made.row, "duplicate_of": None, "near_duplicates": []})
    seal(collection, RUN)
    proved = audit(collection, Reextractor(collection.path))
    assert proved.clean and proved.counts["MATCH"] == 1, proved
    row = next(iter(collection.texts(RUN).rows()))
    kept = collection.texts(RUN).read(row["file"]).decode()
    left = extract(ExtractionTask(collection=collection.path, locations=(place,), rules=ExtractRules()))
    assert kept != left.text == undone(kept, row)


def test_without_the_label_nothing_is_taken_out() -> None:
    told = (STORY[0], "泉边的石碑上刻着“亓（qí）氏井”三个字，" + STORY[1])
    document = process([capture_of(page_of(told))], STRIP)
    assert document.blocks == told and document.removed_notes == ()


@pytest.mark.parametrize(
    "text",
    ["用手机（app）查询", "索尔海姆（Ingrid）说", "六氟磷酸钠（NaPF）", "奥斯陆大学（uio）", "见图(a,b)", "(bào)在句首",
     "GDP(hàn)", "他说(hello)", "字（nán wéi qíng）"],
)  # fmt: skip
def test_other_brackets_are_no_notes(text: str) -> None:
    assert without_notes([text]) == ((text,), ())


def test_notes_that_do_not_fit_are_said_to() -> None:
    bare, notes = without_notes(NOTED)
    with pytest.raises(TextError):
        with_notes(bare[:1], notes)
    with pytest.raises(TextError):
        undone("文", {"body_block": 0, "removed_notes": [{"block": 0}]})


_PIECES = st.sampled_from(
    ["漢", "字", "(hàn)", "（zì）", " (hàn zì)", "(app)", "(", ")", " ", "\n", "a", "。", "\u0301", "が", "가"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(_PIECES, max_size=12).map("".join), max_size=4))
def test_any_text_comes_back_to_the_byte(raw: list[str]) -> None:
    blocks = [block for text in raw if (block := clean_block(text))]
    bare, notes = without_notes(blocks)
    assert with_notes(bare, notes) == tuple(blocks)
    assert [clean_block(block) for block in bare] == list(bare)


def test_rules_of_before_keep_their_digest() -> None:
    """As they were written when there was no such rule: collections keep them by digest."""
    assert "strip_pinyin" not in ExtractRules(source="云溪日报").to_json()
    assert ExtractRules.from_json(STRIP.to_json()) == STRIP and STRIP.digest() != ExtractRules().digest()
    assert ExtractRules.from_json(ExtractRules().to_json()) == ExtractRules()
