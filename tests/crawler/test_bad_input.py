"""Whatever the user or a server gets wrong is one clear line and the right exit code, and nothing is lost."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from scrapy.cmdline import execute

from archives.collection import Collection
from tests.commands import Workplace
from tests.crawler.oneshot import settings_for
from tests.servers import MisbehavingServer, response


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "collections")


@pytest.fixture(scope="module")
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-s", "COLLECTION=", "-a", "urls=http://127.0.0.1/"], "COLLECTION"),
        (["-a", "sites=nosuch"], "nosuch"),
        (["-a", "urls="], "urls"),
        (["-a", "urls=ftp://127.0.0.1/"], "ftp://127.0.0.1/"),
        (["-a", "urls=http://127.0.0.1/", "-a", "follow=perhaps"], "follow"),
        (["-a", "urls=http://127.0.0.1/", "-a", "colour=red"], "colour"),
        (["-a", "urls=http://news.example/"], "CONTACT"),
        (["-a", "urls=http://127.0.0.1/", "-s", "DOWNLOAD_DELAY=soon"], "DOWNLOAD_DELAY"),
        (["-a", "urls=http://127.0.0.1/", "-s", "EXTRACT_WORKERS=0"], "EXTRACT_WORKERS"),
        (["-a", "urls=http://127.0.0.1/", "-s", "EXTRACT_MEMORY_LIMIT=255"], "at least 256"),
        (["-a", "urls=http://127.0.0.1/", "-s", "RETRY_TIMES=1.5"], "whole number"),
        (["-a", "urls=http://127.0.0.1/", "-s", "RETRY_TIMES=inf"], "RETRY_TIMES"),
        (["-a", "urls=http://127.0.0.1/", "-s", "CONTACT=张三@example.cn"], "CONTACT"),
        (["-a", "urls=http://127.0.0.1/", "-s", "USER_AGENT=a\r\nX-Evil: b"], "USER_AGENT"),
        (["-a", "urls=http://127.0.0.1/", "-s", "LOG_LEVEL=NOPE"], "LOG_LEVEL"),
        (["-a", "urls=http://127.0.0.1/", "-L", "loud"], "LOG_LEVEL"),
        (["-a", "urls=http://127.0.0.1/", "--logfile", "/nowhere/log"], "/nowhere/log"),
        (["-a", "urls=http://127.0.0.1/", "--bogus"], "no such option --bogus"),
        (["-a", "urls=http://u:p@127.0.0.1/"], "user name or password"),
        (["-a", "urls=http://127.0.0.1/", "-s", "PROGRESS=loud"], "PROGRESS"),
        (["-a", "urls=http://127.0.0.1/", "-s", "SITES_DIR=/nowhere"], "/nowhere"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(work: Workplace, arguments: list[str], said: str) -> None:
    ran = work.crawl("c", *arguments)
    assert ran.code == 2, ran
    lines = ran.err.strip().splitlines()
    assert len(lines) == 1 and said in lines[0], ran.err


COMMANDS = ("audit", "crawl", "doctor", "index", "ledger", "pack", "reextract", "serve", "verify")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("demo", "--bogus"), "no such option --bogus"),
        (("demo", "--bogus=1"), "no such option --bogus"),
        (("demo", "-Z"), "no such option -Z"),
        (("",), "empty name"),
        ((" ",), "empty name"),
        (("demo", "-s", "LOG_LEVEL=NOPE"), 'LOG_LEVEL = "NOPE"'),
        (("demo", "-s"), "expected one argument"),
        (("demo", "-s", "NAME"), "NAME=VALUE"),
        (("demo", "--pidfile", "/nowhere/pid"), "/nowhere/pid"),
        (("a", "b"), "name one"),
    ],
)
def test_every_command_refuses_in_one_line(
    command: str, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", command, *arguments], settings_for(Path("/nowhere")))
    err = capsys.readouterr().err
    assert ended.value.code == 2 and len(err.splitlines()) == 1 and err.startswith("error: ") and said in err, err


def test_names_that_lead_out_of_the_folder_are_refused(work: Workplace) -> None:
    for name in ("../x", "a/b", ".hidden", "/tmp/x"):
        ran = work.crawl(name, "-a", "urls=http://127.0.0.1/")
        assert ran.code == 2 and len(ran.err.strip().splitlines()) == 1, ran
    assert not work.folder.exists() or not list(work.folder.iterdir())


def test_a_broken_profile_names_file_line_and_text(work: Workplace, tmp_path: Path) -> None:
    (tmp_path / "sites").mkdir()
    broken = tmp_path / "sites" / "broken.toml"
    broken.write_text('name = "broken"\n[crawl\nseeds = 3\n', encoding="utf-8")
    ran = work.crawl("c", "-s", f"SITES_DIR={tmp_path / 'sites'}")
    assert ran.code == 2 and str(broken) in ran.err and "line 2" in ran.err, ran
    broken.write_text('name = "broken"\n[crawl]\nseeds = ["http://127.0.0.1/"]\ncolour = "red"\n', encoding="utf-8")
    ran = work.crawl("c", "-s", f"SITES_DIR={tmp_path / 'sites'}")
    assert ran.code == 2 and "colour" in ran.err and "red" in ran.err, ran


def test_an_empty_seed_list(work: Workplace, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("# nothing yet\n\n", encoding="utf-8")
    ran = work.crawl("c", "-a", f"seed_list={seeds}")
    assert ran.code == 2 and str(seeds) in ran.err, ran


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    ran = Workplace(tmp_path / "file").crawl("c", "-a", "urls=http://127.0.0.1/")
    assert ran.code == 2 and str(tmp_path / "file") in ran.err and len(ran.err.strip().splitlines()) == 1, ran


def test_commands_on_a_collection_that_is_not_there(work: Workplace) -> None:
    for command in ("verify", "audit", "ledger", "index"):
        ran = work.run(command, "nosuch")
        assert ran.code == 2 and "nosuch" in ran.err and len(ran.err.strip().splitlines()) == 1, ran


def test_a_host_that_is_not_there(work: Workplace) -> None:
    ran = work.crawl("c", "-a", "urls=http://127.0.0.1:1/a.html", "-s", "RETRY_TIMES=0")
    assert ran.code == 3, ran
    assert "finding: seed http://127.0.0.1:1/a.html: failed: refused" in ran.err, ran
    assert work.ledger("c")["http://127.0.0.1:1/a.html"]["state"] == "failed"
    locations = list(Collection.open(work.folder, "c").locations())
    assert locations, "the failure itself is on record"


def test_a_pdf_and_200_megabytes_are_archived_without_text(work: Workplace, server: MisbehavingServer) -> None:
    ran = work.crawl("c", "-a", f"urls={server.url}/pdf,{server.url}/huge", "-a", "follow=false")
    assert ran.code == 0, ran
    assert "/pdf: no text: application/pdf" in ran.err and "/huge: no text" in ran.err, ran
    [huge] = [entry for entry in Collection.open(work.folder, "c").captures() if entry.url.endswith("/huge")]
    capture = Collection.open(work.folder, "c").read(huge.location)
    assert capture.response is not None and capture.response.size > 200_000_000 and capture.truncated is None
    assert work.rows("c") == []
    assert work.run("verify", "c").code == 0


def test_a_body_past_the_limit_is_a_finding(work: Workplace, server: MisbehavingServer) -> None:
    ran = work.crawl("c", "-a", f"urls={server.url}/huge", "-s", "DOWNLOAD_MAXSIZE=1000000", "-s", "RETRY_TIMES=0")
    assert ran.code == 3 and "DOWNLOAD_MAXSIZE" in ran.err, ran


def test_whatever_a_server_does_ends_in_the_ledger(work: Workplace, server: MisbehavingServer) -> None:
    paths = [
        "cut/length",
        "cut/head",
        "reset",
        "garbage",
        "gzip/not",
        "gzip/cut",
        "empty",
        "binary",
        "close",
        "head/flood",
    ]
    urls = [f"{server.url}/{path}" for path in paths]
    ran = work.crawl("c", "-a", f"urls={','.join(urls)}", "-a", "follow=false", "-s", "RETRY_TIMES=0")
    assert ran.code == 3, ran
    ledger = work.ledger("c")
    assert set(urls) <= set(ledger)
    assert all(ledger[url]["state"] in {"archived", "failed", "gone"} for url in urls), ledger
    assert work.run("ledger", "c").code == 0
    assert work.run("verify", "c").code == 0


def test_the_signing_key_may_lie_elsewhere(work: Workplace, server: MisbehavingServer, tmp_path: Path) -> None:
    key = tmp_path / "signing.pem"
    named = ("-a", f"urls={server.url}/pdf", "-s", f"ARCHIVE_SIGNING_KEY={key}")
    ran = work.crawl("c", *named)
    assert ran.code == 2 and str(key) in ran.err and not server.served("/gb18030"), ran
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes(*pem))
    assert work.crawl("c", *named).code == 0
    assert not (work.path("c") / "keys" / "signing.key").exists()
    assert work.run("verify", "c").code == 0
    ran = work.crawl("c", "-a", f"urls={server.url}/pdf")
    assert ran.code == 2 and "signing.key" in ran.err, "another key cannot go on with the chain"


def test_a_page_that_takes_for_ever_costs_itself_alone(work: Workplace, server: MisbehavingServer) -> None:
    attributes = " ".join(f"a{number}=1" for number in range(300_000))
    server.pages["/attributes"] = response(
        f"<html><body><p {attributes}>慢</p></body></html>", "Content-Type: text/html"
    )
    urls = f"{server.url}/attributes,{server.url}/pdf"
    ran = work.crawl("c", "-a", f"urls={urls}", "-s", "EXTRACT_TIME_LIMIT=2", timeout=60)
    assert ran.code == 3 and "EXTRACT_TIME_LIMIT" in ran.err, ran
    ledger = work.ledger("c")
    assert ledger[f"{server.url}/attributes"]["state"] == ledger[f"{server.url}/pdf"]["state"] == "archived"


def test_a_bomb_is_archived_as_it_is(work: Workplace, server: MisbehavingServer) -> None:
    bomb = gzip.compress(b"<p>" + bytes(1 << 28))
    server.pages["/bomb"] = response(bomb, "Content-Type: text/html", "Content-Encoding: gzip")
    ran = work.crawl("c", "-a", f"urls={server.url}/bomb", timeout=60)
    assert work.ledger("c")[f"{server.url}/bomb"]["state"] == "archived", ran
    assert work.run("verify", "c").code == 0
