"""Machine: Python, packages, settings, profiles, folder and disk."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from pathlib import Path

from scrapy.settings import BaseSettings

from crawler import version
from crawler.checkup import Check, Outcome, look, some
from crawler.extensions.progress import progress_settings
from crawler.plan import check_numbers, user_agent
from crawler.profiles import load_profiles
from crawler.run import collections_folder

_ROOT = Path(__file__).parent.parent.parent
_PYTHON = ((3, 11), (3, 14))
"""From which version on, and below which."""


def check_machine(settings: BaseSettings) -> Iterator[Check]:
    """Everything that does not need a collection. Never raises for what it finds."""
    yield look("python", _python)
    yield look("packages", lambda: _packages(_ROOT))
    yield look("settings", lambda: _settings(settings))
    yield look("contact", lambda: _contact(settings))
    yield look("sites", lambda: _sites(settings))
    yield look("folder", lambda: _folder(collections_folder(settings)))
    yield look("disk", lambda: _disk(collections_folder(settings), settings))
    yield Check(name="services", state="ok", what="redis, dask, S3, time stamps: not used")


def _python() -> Outcome:
    low, high = _PYTHON
    now = ".".join(map(str, sys.version_info[:3]))
    if low <= sys.version_info[:2] < high:
        return "ok", now, ""
    return "bad", now, f"use Python {low[0]}.{low[1]} up to {high[0]}.{high[1] - 1}"


def _packages(root: Path) -> Outcome:
    """Versions against the pins of requirements.lock; those the project names itself must be there."""
    lock, project = root / "requirements.lock", root / "pyproject.toml"
    if not lock.is_file() or not project.is_file():
        return "warn", f"no requirements.lock in {root} to compare with", "run from a clone of the repository"
    named = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    needed = {_plain(re.split(r"[^\w.-]", one, maxsplit=1)[0]) for one in named}
    wrong: dict[str, str] = {}
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+) *(;?)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    for name, pin, marker in pins:
        found = _version(name)
        if found != pin and not (found is None and marker):
            wrong[_plain(name)] = f"{name} {found or 'missing'} (pinned {pin})"
    if not wrong:
        return "ok", f"{len(pins)} pins of requirements.lock hold", ""
    bad = sorted(needed & wrong.keys())
    what = some([wrong[name] for name in (bad or sorted(wrong))])
    return "bad" if bad else "warn", what, "install with pip install --require-hashes -r requirements.lock"


def _plain(name: str) -> str:
    """A project's name as one is compared with another (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _version(name: str) -> str | None:
    try:
        return package_version(name)
    except PackageNotFoundError:
        return None


def _settings(settings: BaseSettings) -> Outcome:
    check_numbers(settings)
    progress_settings(settings)
    return "ok", "every number makes sense", ""


def _contact(settings: BaseSettings) -> Outcome:
    agent = user_agent(settings, version())
    if "@" in agent or "://" in agent:
        return "ok", agent, ""
    return "warn", "none: only loopback addresses can be crawled", "set CONTACT to a mail address or a page about you"


def _sites(settings: BaseSettings) -> Outcome:
    folder = Path(settings["SITES_DIR"])
    profiles = load_profiles(folder if folder.is_absolute() else Path.cwd() / folder)
    return "ok", f"{len(profiles)} profiles in {folder}", ""


def _folder(folder: Path) -> Outcome:
    there = _nearest(folder)
    if not there.is_dir() or not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        return "bad", f"{there}: cannot be written", "make it a folder of yours, or set COLLECTIONS_DIR"
    return "ok", f"{folder}" + ("" if there == folder else " (will be made)"), ""


def _disk(folder: Path, settings: BaseSettings) -> Outcome:
    free, least = shutil.disk_usage(_nearest(folder)).free >> 20, settings.getint("GUARD_MIN_FREE_DISK")
    what = f"{free} MiB free (GUARD_MIN_FREE_DISK is {least})"
    if free < least:
        return "bad", what, "free some space: a crawl would stop at once"
    return ("warn", what, "free some space soon") if free < 4 * least else ("ok", what, "")


def _nearest(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
