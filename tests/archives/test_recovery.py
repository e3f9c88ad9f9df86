"""A crash, a full disk, a second writer: what was acknowledged is kept, and what was cut off is put aside."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from archives.collection import Collection
from archives.errors import CollectionError, StorageError
from archives.fixity import verify
from archives.texts import TextStore
from tests.archives.samples import RUN, capture, ok, row_for, small_collection, text_of

ROOT = Path(__file__).parents[2]


def interrupted(root: Path) -> tuple[Collection, list[int]]:
    """A collection whose writer stopped without a word, and where each of its exchanges ends."""
    collection = Collection.create(root, "torn")
    collection.start_writing({"software": "tests"})
    ends = []
    for number in range(3):
        at = collection.append(capture(f"http://127.0.0.2/{number}", ok(b"page %d" % number)))
        ends.append((collection.path / "archive" / (at.file + ".open")).stat().st_size)
    assert collection._unlock is not None
    collection._unlock()
    return Collection.open(root, "torn"), ends


def test_cut_at_any_byte_the_whole_exchanges_are_kept(tmp_path: Path) -> None:
    collection, ends = interrupted(tmp_path)
    (torn,) = (collection.path / "archive").iterdir()
    whole = torn.read_bytes()
    for size in range(0, len(whole) + 1, 37):
        shutil.rmtree(collection.path)
        (collection.path / "archive").mkdir(parents=True)
        torn.write_bytes(whole[:size])
        again = Collection.open(tmp_path, "torn")
        (recovery,) = again.start_writing({})
        again.stop_writing()
        kept = [end for end in ends if end <= size]
        assert len(list(again.captures())) == len(kept)
        assert recovery.kept + recovery.cut == size and recovery.kept >= (kept[-1] if kept else 0)
        assert list(verify(again)) == []
        if recovery.cut:
            (aside,) = (collection.path / "recovered").glob("*.cut")
            assert aside.read_bytes() == whole[recovery.kept : size]
            note = json.loads((collection.path / "recovered" / "notes.jsonl").read_text())
            assert note["bytes"] == recovery.cut and note["offset"] == recovery.kept


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from archives.collection import Collection
        from tests.archives.samples import capture, ok
        collection = Collection.create(Path(sys.argv[1]), "killed")
        collection.start_writing({}, max_size=20_000)
        for number in range(10**6):
            collection.append(capture(f"http://127.0.0.2/{number}", ok(b"x" * 500)))
            print(number, flush=True)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 60:
                with pytest.raises(CollectionError, match="another process"):
                    Collection.open(tmp_path, "killed").start_writing({})
                writer.send_signal(signal.SIGKILL)
                break
        acknowledged = [60, *map(int, writer.stdout.read().split())][-1] + 1
    collection = Collection.open(tmp_path, "killed")
    assert len(list(collection.captures())) >= acknowledged  # readable before anything is repaired
    collection.start_writing({})
    collection.append(capture("http://127.0.0.2/after", ok()))
    collection.stop_writing()
    urls = {entry.url for entry in collection.captures()}
    assert {f"http://127.0.0.2/{number}" for number in range(acknowledged)} < urls
    assert list(verify(collection)) == []


@pytest.mark.parametrize("undone", ["rename", "chain"])
def test_a_crash_while_closing_is_made_good(tmp_path: Path, undone: str) -> None:
    collection, _ = interrupted(tmp_path)
    (torn,) = (collection.path / "archive").iterdir()
    whole = torn.read_bytes()
    collection.start_writing({})
    collection.stop_writing()
    torn.with_suffix("").rename(torn)
    if undone == "chain":
        (collection.path / "chain.jsonl").unlink()
    assert [finding.kind for finding in verify(collection)].count("warc-open") == 1
    collection.start_writing({})
    collection.stop_writing()
    assert torn.with_suffix("").read_bytes() == whole and list(verify(collection)) == []


def test_a_torn_chain_line_is_cut_and_a_whole_one_completed(tmp_path: Path) -> None:
    collection, _ = interrupted(tmp_path)
    collection.start_writing({})
    collection.stop_writing()
    chain = collection.path / "chain.jsonl"
    line = chain.read_bytes()
    chain.write_bytes(line[:-1])
    assert [finding.kind for finding in verify(collection)] == ["chain-broken"]
    collection.texts(RUN).put("text", {"url": "http://127.0.0.2/0"})
    collection.seal_run(RUN)
    assert chain.read_bytes().startswith(line) and list(verify(collection)) == []
    whole = chain.read_bytes()
    chain.write_bytes(whole[:-20])
    collection.seal_run(RUN)
    assert chain.read_bytes().count(b"\n") == 2 and list(verify(collection)) == []


def test_a_foreign_or_missing_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collection, _ = interrupted(tmp_path / "one")
    other, _ = interrupted(tmp_path / "two")
    for each in (collection, other):
        each.start_writing({})
        each.stop_writing()
    key = collection.path / "keys" / "signing.key"
    assert key.stat().st_mode & 0o777 == 0o600
    collection.texts(RUN).put("text", {"url": "http://127.0.0.2/0"})
    monkeypatch.setenv("ARCHIVE_SIGNING_KEY", str(other.path / "keys" / "signing.key"))
    with pytest.raises(CollectionError, match="not the key"):
        Collection.open(tmp_path / "one", "torn").seal_run(RUN)
    moved = key.rename(tmp_path / "elsewhere.pem")
    monkeypatch.delenv("ARCHIVE_SIGNING_KEY")
    with pytest.raises(CollectionError, match="ARCHIVE_SIGNING_KEY"):
        Collection.open(tmp_path / "one", "torn").seal_run(RUN)
    Collection.open(tmp_path / "one", "torn", signing_key=moved).seal_run(RUN)
    assert list(verify(collection)) == []


def test_a_full_disk_leaves_whole_exchanges(tmp_path: Path) -> None:
    script = """
        import resource, signal, sys
        from pathlib import Path
        from archives.collection import Collection
        from archives.errors import StorageError
        from tests.archives.samples import capture, ok
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        collection = Collection.create(Path(sys.argv[1]), "full")
        collection.start_writing({})
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
        done = 0
        try:
            while True:
                collection.append(capture(f"http://127.0.0.2/{done}", ok(b"x" * 500)))
                done += 1
        except StorageError as error:
            print(done, error)
        store = collection.texts("20261122T063000Z-ab12")
        store.put("fits", {"url": "http://127.0.0.2/0"})
        for row in ({"url": "u", "pad": "x" * 40_000}, {"url": "u"}):
            try:
                store.put("x" * (10 if "pad" in row else 40_000), row)
                print("kept what cannot be kept")
            except StorageError as error:
                pass
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        collection.append(capture("http://127.0.0.2/after", ok()))
        store.put("fits again", {"url": "u"})
        collection.stop_writing()
        collection.seal_run("20261122T063000Z-ab12")
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    count, _, message = done.stdout.partition(" ")
    assert str(tmp_path / "full" / "archive") in message and "File too large" in message
    assert "kept what cannot" not in message
    collection = Collection.open(tmp_path, "full")
    assert len(list(collection.captures())) == int(count) + 1 > 5
    assert [row["url"] for row in collection.texts(RUN).rows()] == ["http://127.0.0.2/0", "u"]
    assert [finding.kind for finding in verify(collection)] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_append_to_a_full_disk_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "texts" / RUN).mkdir(parents=True)
    (tmp_path / "texts" / RUN / "documents.jsonl").symlink_to("/dev/full")
    from archives.storage.local import LocalStorage

    with pytest.raises(StorageError, match=r"documents\.jsonl: No space left"):
        LocalStorage(tmp_path).append(f"texts/{RUN}/documents.jsonl", b"row\n")


def test_a_collection_where_none_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CollectionError, match="file"):
        Collection.create(tmp_path / "file", "name")
    for name in ("", ".hidden", "a/b", "..", "a b", "新", "a\n"):
        with pytest.raises(CollectionError, match="name"):
            Collection.create(tmp_path, name)
    with pytest.raises(CollectionError, match="no collection"):
        Collection.open(tmp_path, "absent")


class TestTexts:
    """The text store after a crash."""

    @pytest.fixture
    def collection(self, tmp_path: Path) -> Collection:
        return Collection.create(tmp_path, "texts")

    def put(self, store: TextStore, number: int) -> str:
        return store.put(f"text {number}", {"url": f"http://127.0.0.2/{number}", "title": "题"})

    def test_a_url_keeps_its_first_text(self, collection: Collection) -> None:
        store = collection.texts(RUN)
        name = self.put(store, 0)
        assert store.put("other", {"url": "http://127.0.0.2/0"}) == name and len(store) == 1
        assert collection.texts(RUN).name_for("http://127.0.0.2/0") == name
        assert store.files() == [name] and store.read(name) == b"text 0"

    def test_a_crash_leaves_neither_half_a_row_nor_a_nameless_text(self, collection: Collection) -> None:
        store = collection.texts(RUN)
        names = [self.put(store, number) for number in range(3)]
        table = collection.path / "texts" / RUN / "documents.jsonl"
        whole = table.read_bytes()
        for size in range(len(whole) - 60, len(whole)):
            table.write_bytes(whole[:size])
            again = collection.texts(RUN)
            assert len(again) == 2
            assert self.put(again, 2) == names[2] and self.put(again, 3).startswith("003_")
            assert again.files() == sorted([*names, self.put(again, 3)])
            (collection.path / "texts" / RUN / self.put(again, 3)).unlink()
            table.write_bytes(whole)

    def test_a_broken_row_in_the_middle_stops_the_writer(self, collection: Collection) -> None:
        store = collection.texts(RUN)
        self.put(store, 0), self.put(store, 1)
        table = collection.path / "texts" / RUN / "documents.jsonl"
        table.write_bytes(b"{" + table.read_bytes())
        with pytest.raises(StorageError, match=r"documents\.jsonl.*verify"):
            self.put(collection.texts(RUN), 2)

    def test_numbers_go_past_a_thousand(self, collection: Collection) -> None:
        row = json.dumps({"url": "http://127.0.0.2/999", "file": "999_0123456789abcdef.txt"})
        (collection.path / "texts" / RUN).mkdir(parents=True)
        (collection.path / "texts" / RUN / "documents.jsonl").write_text(row + "\n")
        assert self.put(collection.texts(RUN), 1).startswith("1000_")

    def test_a_run_with_another_path_in_it_is_refused(self, collection: Collection) -> None:
        with pytest.raises(CollectionError):
            collection.texts("../x")


def test_reading_goes_on_while_the_file_is_written(tmp_path: Path) -> None:
    writer = Collection.create(tmp_path, "live")
    writer.start_writing({})
    at = writer.append(capture("http://127.0.0.2/0", ok()))
    reader = Collection.open(tmp_path, "live")
    taken = reader.read(at)
    assert taken.response is not None and taken.response.read() == ok()
    assert [entry.location for entry in reader.captures()] == [at]
    closest = reader.closest("http://127.0.0.2/0", taken.started)
    assert closest is not None and closest.location == at
    assert row_for(taken)["captures"][0]["file"] == at.file and text_of(taken)
    writer.stop_writing()
    assert reader.read(at).url == taken.url and [entry.location for entry in reader.captures()] == [at]
    assert [path.name for path in (writer.path / "archive").iterdir()] == [at.file]


def test_drafts_that_a_crash_left_are_swept_away(tmp_path: Path) -> None:
    collection = small_collection(tmp_path)
    drafts = [
        f"runs/{RUN}/.run.json.123.new",
        "rules/" + "0" * 64 + ".new",
        "indexes/index.cdxj.tmp",
        "keys/public.pem.tmp",
    ]
    for name in drafts:
        path = collection.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    assert {finding.file for finding in verify(collection)} == set(drafts)
    collection.start_writing({})
    collection.stop_writing()
    assert list(verify(collection)) == []
