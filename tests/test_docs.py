"""The documentation against the code: what is written must be there, and what is there must be written."""

from __future__ import annotations

import argparse
import ast
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from archives.audit import Verdict
from archives.storage.local import LocalStorage
from archives.texts import DOCUMENTS, TextStore
from crawler.exits import ExitCode
from crawler.frontier.base import State
from pipelines.document import LABELS
from pipelines.process import process
from pipelines.row import document_row
from pipelines.textfile import render_text
from tests.archives.samples import capture, ok
from tests.commands import ROOT

DOCS = ROOT / "docs"
OURS = [
    path
    for name in ("crawler", "pipelines", "archives", "tests", "benchmarks", "docs", ".ci")
    for path in sorted((ROOT / name).rglob("*"))
]
FILES = [
    path
    for path in [*sorted(ROOT.iterdir()), *OURS]
    if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".pyc", ".lock", ".gz"}
]
MARKDOWN = [path for path in FILES if path.suffix == ".md"]
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("crates", "io"))
)
NOT_WIRING = (ROOT / "crawler" / "settings.py").read_text(encoding="utf-8").split("# --- How the parts are wired")[0]
COMMANDS = sorted(path.stem for path in (ROOT / "crawler" / "commands").glob("[!_]*.py"))


def text_of(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def anchors(markdown: str) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ +(.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(markdown: str, heading: str) -> str:
    """What stands below `## heading`; "" where there is no such heading."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", markdown, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


# --- links and mentions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert ROOT in (target, *target.parents), f"{link} leads out of the project"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"no heading for {link}"


def test_every_page_of_docs_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        if page.suffix == ".md":
            links = re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8"))
            waiting += [(page.parent / link).resolve() for link in links if ":" not in link]
    assert {path for path in DOCS.rglob("*") if path.is_file()} <= reached


def test_no_file_names_a_package_registry_or_leans_on_what_lies_beside_the_project() -> None:
    """A test or benchmark may look beside the project, and skip where nothing lies there."""
    may_look = {ROOT / "tests", ROOT / "benchmarks"}
    for path in FILES:
        content = path.read_bytes()
        assert not [word for word in REGISTRIES if word.encode() in content], path
        assert b"../shared" not in content or may_look & set(path.parents), path


# --- README -------------------------------------------------------------------------------------------------------


def test_commands_in_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    builtin = {"crawl", "settings", "list", "version"}
    for page in MARKDOWN:
        text = page.read_text(encoding="utf-8")
        shown = re.findall(r"^ {4}make (\w+)|`make (\w+)", text, re.MULTILINE)
        assert {one or other for one, other in shown} <= targets, page
        named = set(re.findall(r"-m scrapy ([a-z_]+)", text))
        assert named <= {*COMMANDS, *builtin}, page


def test_readme_lists_every_command_and_exit_code() -> None:
    readme = text_of("README.md")
    for command in COMMANDS:
        assert re.search(rf"^\| `{command}\b", readme, re.MULTILINE), command
    assert [int(code) for code in re.findall(r"^\| (\d) \|", readme, re.MULTILINE)] == [int(code) for code in ExitCode]


def test_readme_names_every_label_that_nothing_gives() -> None:
    given = {path.stem for path in (ROOT / "pipelines" / "quality").glob("*.py")}
    missing = set(section(text_of("README.md"), "What it does not do yet").split("`")) & set(LABELS)
    assert missing == set(LABELS) - given


# --- settings -----------------------------------------------------------------------------------------------------


def settings_by_heading() -> list[tuple[str, str, Any]]:
    """Heading, name and default of each setting that a user may change."""
    found, heading = [], ""
    tree = {node.lineno: node for node in ast.parse(NOT_WIRING).body}
    for number, line in enumerate(NOT_WIRING.splitlines(), start=1):
        if title := re.match(r"# --- (.+?) -*$", line):
            heading = title[1]
        node = tree.get(number)
        if heading and isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            found.append((heading, name, getattr(import_module("crawler.settings"), name)))
    return found


def test_settings_are_found() -> None:
    names = {name for _, name, _ in settings_by_heading()}
    assert {"COLLECTIONS_DIR", "DOWNLOAD_MAXSIZE", "EXTRACT_WORKERS", "LOG_LEVEL"} <= names
    assert "TWISTED_REACTOR" not in names


@pytest.mark.parametrize(("heading", "name", "default"), settings_by_heading())
def test_every_setting_is_described_with_its_default(heading: str, name: str, default: object) -> None:
    shown = repr(default).replace("'", '"')
    row = re.search(
        rf"^\| `{name}` \| `(.*?)` \| (.+) \|$", section(text_of("docs", "settings.md"), heading), re.MULTILINE
    )
    assert row, f"{name} is not described below {heading}"
    assert row[1] == shown


def test_no_setting_is_described_that_is_none() -> None:
    described = set(re.findall(r"^\| `([A-Z_]+)`", text_of("docs", "settings.md"), re.MULTILINE))
    assert described == {name for _, name, _ in settings_by_heading()}


# --- commands -----------------------------------------------------------------------------------------------------


def options_of(command: str) -> set[str]:
    """The option strings that a command of ours adds to those it has from Scrapy."""
    ours = import_module(f"crawler.commands.{command}").Command
    theirs = next(kind for kind in ours.__mro__ if kind.__module__.startswith("scrapy."))
    return option_strings(ours, ours()) - option_strings(theirs, ours())


def option_strings(kind: type[ScrapyCommand], command: ScrapyCommand) -> set[str]:
    command.settings = Settings()
    parser = argparse.ArgumentParser(add_help=False, conflict_handler="resolve")
    kind.add_options(command, parser)
    return {string for action in parser._actions for string in action.option_strings}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_section_and_each_option_its_line(command: str) -> None:
    described = section(text_of("docs", "commands.md"), command)
    assert f"`{command} " in described
    listed = {
        option
        for row in re.findall(r"^\| (`-[^|]*)\|", described, re.MULTILINE)
        for option in re.findall(r"`(--?[a-z][a-z-]*)", row)
    }
    assert listed - {"-a"} == options_of(command)


def test_every_ledger_state_is_explained() -> None:
    described = section(text_of("docs", "commands.md"), "ledger")
    assert not [state for state in State if f"`{state}`" not in described]


# --- texts, findings, verdicts ------------------------------------------------------------------------------------


def test_every_field_of_a_row_is_described(tmp_path: Path) -> None:
    fields = described_fields()
    row = real_row(tmp_path)
    assert {name for name in fields if "." not in name} == row.keys()
    for name in ("charset", "provenance"):
        assert {f"{name}.{part}" for part in row[name]} <= fields
    assert {f"captures.{part}" for part in row["captures"][0]} <= fields
    assert {f"labels.{part}" for part in ("name", "score", "evidence")} <= fields
    assert {f"near_duplicates.{part}" for part in ("url", "similarity")} <= fields


def test_the_row_in_the_readme_has_real_fields() -> None:
    shown = re.search(r'^ {4}\{"file": .+?\}$', text_of("README.md"), re.MULTILINE | re.DOTALL)
    assert shown is not None
    parts = {field.rpartition(".")[2] for field in described_fields()}
    assert set(re.findall(r'"([a-z_]+)": ', shown[0])) - {"text", "trafilatura", "lxml"} <= parts


def described_fields() -> set[str]:
    table = section(text_of("docs", "text-format.md"), "documents.jsonl")
    return set(re.findall(r"^\| `([a-z_.]+)`", table, re.MULTILINE))


def real_row(tmp_path: Path) -> dict[str, Any]:
    """A row as it is stored: made by `process`, put by a TextStore."""
    from archives.collection import Collection

    page = "<html lang=zh><title>桥</title><h1>桥</h1>" + "<p>江上的新桥今天通车，两岸的居民早早来到桥头。</p>" * 9
    collection = Collection.create(tmp_path, "one")
    collection.start_writing({})
    at = collection.append(capture("http://127.0.0.2/a", ok(page.encode("utf-8"))))
    collection.stop_writing()
    captures = [collection.read(at)]
    document = process(captures)
    rendered = render_text(document)
    made = document_row(document, rendered, captures)
    store = TextStore(LocalStorage(tmp_path / "one"), "20260101T000000Z-0000")
    store.put(rendered.text, {**made, "duplicate_of": None, "near_duplicates": []})
    assert (tmp_path / "one" / store.folder / DOCUMENTS).exists()
    return next(store.rows())


def test_every_label_is_explained() -> None:
    described = section(text_of("docs", "text-format.md"), "Labels")
    assert not [label for label in LABELS if f"| `{label}` |" not in described]


def test_every_verdict_is_explained() -> None:
    described = section(text_of("docs", "auditing.md"), "Verdicts")
    assert set(re.findall(r"^\| `([A-Z_]+)`", described, re.MULTILINE)) == {verdict.name for verdict in Verdict}


def test_every_kind_of_finding_is_explained() -> None:
    names = ("fixity.py", "layout.py", "vouching.py", "warc/checking.py")
    sources = [text_of("archives", name) for name in names]
    kinds = set(re.findall(r'"((?:chain|warc|index|run|row|text|rules|models)-[a-z]+|unreadable)"', "".join(sources)))
    kinds |= set(re.findall(r'kind="([a-z-]+)"', "".join(sources)))
    described = section(text_of("docs", "auditing.md"), "Findings")
    assert set(re.findall(r"^\| `([a-z-]+)`", described, re.MULTILINE)) == kinds


# --- decisions ----------------------------------------------------------------------------------------------------


def test_decisions_are_numbered_and_whole() -> None:
    records = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), path
        assert all(section(text, heading) for heading in ("Context", "Decision", "Consequences")), path
        assert path.name in text_of("docs", "decisions", "README.md"), path


def test_the_glossary_is_in_order() -> None:
    terms = re.findall(r"^\*\*(.+?)\*\*", text_of("docs", "glossary.md"), re.MULTILINE)
    assert len(terms) > 30
    assert terms == sorted(terms, key=str.casefold)


def test_the_version_is_in_the_changelog() -> None:
    version = re.search(r'^version = "(.+)"$', text_of("pyproject.toml"), re.MULTILINE)
    assert version is not None
    assert f"## {version[1]}" in text_of("CHANGELOG.md")
