"""An audit tells a match from drift, drift from tampering, and damage from all of them."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archives.audit import Reextraction, Verdict, audit
from archives.auditpage import render_html
from archives.capture import Capture
from archives.collection import Collection
from archives.errors import CollectionError
from tests.archives.samples import RUN, capture, keep_rules, ok, revisit, row_for, small_collection, text_of


def reextract(captures: Sequence[Capture], row: Mapping[str, Any]) -> Reextraction:
    return Reextraction(text="\n\n".join(map(text_of, captures)), row=row_for(captures[0]))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return small_collection(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def copy(sound: Collection, tmp_path: Path) -> Collection:
    shutil.copytree(sound.path, tmp_path / sound.name)
    return Collection.open(tmp_path, sound.name)


def rows_file(collection: Collection) -> Path:
    return collection.path / "texts" / RUN / "documents.jsonl"


def rewrite_row(collection: Collection, number: int, **changes: Any) -> None:
    lines = rows_file(collection).read_text("utf-8").splitlines()
    lines[number] = json.dumps({**json.loads(lines[number]), **changes}, ensure_ascii=False)
    rows_file(collection).write_text("".join(line + "\n" for line in lines), "utf-8")


def text_file(collection: Collection, number: int) -> Path:
    return next((collection.path / "texts" / RUN).glob(f"{number:03d}_*.txt"))


def test_every_text_of_a_sound_collection_matches(sound: Collection) -> None:
    seen: list[tuple[int, int]] = []
    report = audit(sound, reextract, progress=lambda done, of: seen.append((done, of)))
    assert report.clean and report.counts["MATCH"] == 6
    assert seen == [(number, 6) for number in range(1, 7)]
    assert json.loads(json.dumps(report.to_json()))["clean"] is True


def test_a_changed_text_is_a_mismatch(copy: Collection) -> None:
    path = text_file(copy, 2)
    path.write_bytes(path.read_bytes().replace("今日".encode(), "昨日".encode()))
    report = audit(copy, reextract)
    assert [v.verdict for v in report.verdicts].count(Verdict.MISMATCH) == 1
    assert report.verdicts[2].differs == ("text",) and not report.clean


def test_a_changed_row_is_a_mismatch_that_names_the_field(copy: Collection) -> None:
    rewrite_row(copy, 1, title="别的标题")
    report = audit(copy, reextract)
    assert report.verdicts[1].verdict is Verdict.MISMATCH and report.verdicts[1].differs == ("title",)
    assert any(finding.kind == "row-changed" and finding.line == 2 for finding in report.findings)


def test_another_version_is_drift_only_where_something_differs(copy: Collection) -> None:
    def newer(captures: Sequence[Capture], row: Mapping[str, Any]) -> Reextraction:
        made = reextract(captures, row)
        provenance = {**made.row["provenance"], "versions": {"test": "2"}}
        text = made.text + "。" if row["file"].startswith("003_") else made.text
        return Reextraction(text=text, row={**made.row, "provenance": provenance})

    report = audit(copy, newer)
    assert [v.verdict for v in report.verdicts] == [Verdict.MATCH] * 3 + [Verdict.DRIFT] + [Verdict.MATCH] * 2
    assert "test 1 (now 2)" in report.verdicts[3].why


def test_another_version_is_no_excuse_for_a_changed_text(copy: Collection) -> None:
    def newer(captures: Sequence[Capture], row: Mapping[str, Any]) -> Reextraction:
        made = reextract(captures, row)
        return Reextraction(text=made.text, row={**made.row, "provenance": {"versions": {"test": "2"}}})

    path = text_file(copy, 2)
    path.write_bytes(path.read_bytes().replace("今日".encode(), "昨日".encode()))
    assert audit(copy, newer).verdicts[2].verdict is Verdict.MISMATCH


def test_a_damaged_record_fails_its_text_alone(copy: Collection) -> None:
    row = json.loads(rows_file(copy).read_text("utf-8").splitlines()[3])
    at = row["captures"][0]
    warc = copy.path / "archive" / at["file"]
    data = bytearray(warc.read_bytes())
    data[at["offset"] + at["length"] // 2] ^= 4
    warc.write_bytes(data)
    report = audit(copy, reextract)
    assert [v.verdict for v in report.verdicts] == [Verdict.MATCH] * 3 + [Verdict.FIXITY_FAILED] + [Verdict.MATCH] * 2
    assert any(finding.record_id == at["record_id"] for finding in report.findings)


def test_missing_and_foreign_texts(copy: Collection) -> None:
    text_file(copy, 0).unlink()
    foreign = text_file(copy, 1).with_name("099_0123456789abcdef.txt")
    foreign.write_text("x")
    report = audit(copy, reextract)
    assert report.counts["TEXT_MISSING"] == 1 and report.counts["TEXT_ORPHAN"] == 1
    assert {finding.kind for finding in report.findings} == {"text-missing", "text-orphan"}


@pytest.mark.parametrize(
    "changes",
    [
        {"captures": None},
        {"captures": []},
        {"captures": [{"file": "x"}]},
        {"captures": [{"file": "../../x", "offset": 0, "length": 1, "record_id": "", "payload_digest": ""}]},
        {"captures": [{"file": "x", "offset": "0", "length": 1, "record_id": "", "payload_digest": ""}]},
        {"captures": [{"file": "x", "offset": -1, "length": 1, "record_id": "", "payload_digest": ""}]},
        {"file": "../../../chain.jsonl"},
        {"provenance": 3},
        {"text_digest": None},
    ],
)
def test_a_row_that_makes_no_sense_is_judged_not_raised(copy: Collection, changes: dict[str, Any]) -> None:
    rewrite_row(copy, 0, **changes)
    report = audit(copy, reextract)
    assert report.findings and (report.verdicts[0].verdict is not Verdict.MATCH or "provenance" in changes)


def test_an_extractor_that_fails_or_finds_nothing(sound: Collection) -> None:
    def fails(captures: Sequence[Capture], row: Mapping[str, Any]) -> Reextraction:
        raise RuntimeError("no")

    assert audit(sound, fails).counts["MISMATCH"] == 6
    assert audit(sound, lambda captures, row: None).counts["MISMATCH"] == 6


def test_a_text_from_a_revisit(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path, "again")
    collection.start_writing({})
    first = capture("http://127.0.0.2/a", ok(b"<p>one</p>"))
    at = collection.append(first)
    again = collection.append(revisit("http://127.0.0.2/b", ok(b"<p>one</p>"), first, at))
    lost = revisit("http://127.0.0.2/c", ok(b"<p>one</p>"), capture("http://127.0.0.2/z", None), at)
    unresolved = collection.append(lost)
    store = collection.texts(RUN)
    taken = collection.read(again)
    assert taken.response is not None and taken.response.read() == ok(b"<p>one</p>")
    store.put(text_of(taken), row_for(taken))
    bare = collection.read(unresolved, resolve=False)
    store.put("x", row_for(bare))
    collection.stop_writing()
    collection.seal_run(RUN)
    keep_rules(collection)
    report = audit(collection, reextract)
    assert [v.verdict for v in report.verdicts] == [Verdict.MATCH, Verdict.REVISIT_UNRESOLVED]
    assert report.findings == ()


def test_an_unknown_run_is_refused(sound: Collection) -> None:
    with pytest.raises(CollectionError, match="no run"):
        audit(sound, reextract, run="20200101T000000Z-0000")


def test_any_flipped_byte_makes_an_audit_unclean_and_never_raises(copy: Collection) -> None:
    chance = random.Random(11)
    paths = [*(copy.path / "archive").iterdir(), rows_file(copy), copy.path / "indexes/index.cdxj", text_file(copy, 4)]
    for _ in range(25):
        path = chance.choice(paths)
        whole = path.read_bytes()
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        assert not audit(copy, reextract).clean
        path.write_bytes(whole)


def test_the_page_names_what_is_wrong_and_escapes_it(copy: Collection) -> None:
    assert "Clean:" in render_html(audit(copy, reextract))
    rewrite_row(copy, 1, url="http://127.0.0.2:8080/<script>alert(1)</script>")
    page = render_html(audit(copy, reextract))
    assert "Not clean" in page and "row-changed" not in page and "MISMATCH" in page
    assert "<script>" not in page and "http-equiv" not in page and "src=" not in page


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_however_large_makes_an_audit_raise(copy: Collection, data: st.DataObject) -> None:
    paths = sorted(path for path in copy.path.rglob("*") if path.is_file() and path.name != "signing.key")
    path = data.draw(st.sampled_from(paths))
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 400)))
    new = data.draw(
        st.binary(max_size=40)
        | st.sampled_from([b"\xff" * 9, b"\n", b"[" * 20_000, b'"\\ud800"', b"null", b"-1", whole[:300], whole[-300:]])
    )
    path.write_bytes(whole[:start] + new + whole[end:])
    try:
        report = audit(copy, reextract)
        json.dumps(report.to_json())
        "\n".join(map(str, report.findings)).encode()
        render_html(report).encode()
        assert report.clean == (path.read_bytes() == whole)
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("changes", [{"offset": -5}, {"offset": 10**30}, {"file": 5}, {"record_id": "\ud800\n"}])
def test_a_row_that_points_nowhere(copy: Collection, changes: dict[str, Any]) -> None:
    row = json.loads(rows_file(copy).read_text("utf-8").splitlines()[0])
    line = json.dumps({**row, "url": "http://x/\ud800\n", "captures": [{**row["captures"][0], **changes}]})
    rows_file(copy).write_text(line + "\n", "utf-8")
    report = audit(copy, reextract)
    assert report.verdicts[0].verdict is Verdict.FIXITY_FAILED
    assert all("\n" not in str(finding) for finding in report.findings) and str(report.verdicts[0].url).isprintable()


def test_the_page_is_not_clean_where_the_ledger_is_not(copy: Collection) -> None:
    report = audit(copy, reextract)
    assert report.clean and "Not clean" not in render_html(report)
    page = render_html(report, ["a <row> without its text"])
    assert "Not clean" in page and "a &lt;row&gt; without its text" in page
