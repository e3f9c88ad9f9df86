"""Runs one of our commands in the test's own process: as the shell would, without the seconds that a start takes."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from tests.commands import Ran


def settings_for(folder: Path, **more: object) -> Settings:
    """The project's settings, with collections in `folder`."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("COLLECTIONS_DIR", str(folder), priority="cmdline")
    for name, value in more.items():
        settings.set(name, value, priority="cmdline")
    return settings


def oneshot(command: ScrapyCommand, settings: Settings, output: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    """Runs the command with these arguments; what it printed before is dropped."""
    output.readouterr()
    command.settings = settings
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    opts, positional = parser.parse_known_args(list(arguments))
    command.run(positional, opts)
    said = output.readouterr()
    return Ran(command.exitcode, said.out, said.err)
