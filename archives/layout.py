"""Layout: what may lie in a collection, and what lies there all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archives import texts
from archives.collection import DRAFT, INDEX, SKETCHES, is_plain_name
from archives.errors import StorageError
from archives.findings import FixityFinding
from archives.storage.base import Sort, Storage

DIGEST_NAME = re.compile(r"[0-9a-f]{64}\.json")
"""A set of rules or a site model: the SHA-256 of its bytes."""
_RUN = "RUN"
_INDEX_FOLDER, _, _INDEX_NAME = INDEX.partition("/")
_FILES = {
    "": re.compile(r"chain\.jsonl|run\.lock|ledger\.sqlite(-wal|-shm|-journal)?"),
    "archive": re.compile(r".+\.warc\.gz(\.open)?"),
    _INDEX_FOLDER: re.compile(re.escape(_INDEX_NAME)),
    SKETCHES: re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.\d{4,}"),
    "keys": re.compile(r"signing\.key|public\.pem|wacz\.key"),
    "recovered": re.compile(r"notes\.jsonl|.+\.warc\.gz\.\d+\.cut"),
    "models": DIGEST_NAME,
    "rules": DIGEST_NAME,
    "runs": None,
    f"runs/{_RUN}": re.compile(r"run\.json|report\.html|crawl\.log"),
    "texts": None,
    f"texts/{_RUN}": re.compile(rf"{re.escape(texts.DOCUMENTS)}|{texts.TEXT_NAME.pattern}"),
}
"""By folder, the files that may lie in it."""


def misplaced(storage: Storage) -> Iterator[FixityFinding]:
    """Everything in the collection that is no part of one: foreign files and folders, links, pipes, devices.

    Nothing is opened. What is in a foreign folder is only looked at for what is neither file nor folder.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = storage.entries(folder)
        except StorageError as error:
            yield FixityFinding(kind="unreadable", file=folder, what=str(error), meaning="nobody knows what is in it")
            continue
        below = []
        for name, sort in entries:
            path = f"{folder}/{name}" if folder else name
            if sort is Sort.FOLDER:
                below.append(path)
            finding = _finding(path, folder, name, sort)
            if finding is not None:
                yield finding
        waiting += reversed(below)


def _finding(path: str, folder: str, name: str, sort: Sort) -> FixityFinding | None:
    if sort is Sort.NEITHER:
        what = "a symbolic link, pipe, socket or device"
        return FixityFinding(kind="not-a-file", file=path, what=what, meaning="it was not opened or followed")
    place = _place(folder)
    if place is None:  # the foreign folder above has been named
        return None
    allowed = _FILES[place]
    is_file_name = allowed is not None and allowed.fullmatch(name) is not None
    is_folder_name = _place(path) is not None
    if is_folder_name if sort is Sort.FOLDER else is_file_name:
        return None
    if sort is Sort.FOLDER:
        what = "a folder where a file belongs" if is_file_name else "no folder of a collection"
    elif is_folder_name:
        what = "a file where a folder belongs"
    else:
        what = "a draft, as a crash leaves it" if DRAFT.fullmatch(name) else "no file of a collection"
    return FixityFinding(kind="foreign", file=path, what=what, meaning="it does not belong here")


def _place(folder: str) -> str | None:
    """The key of a folder in the table; None for a foreign one."""
    above, _, name = folder.rpartition("/")
    if above in ("runs", "texts") and is_plain_name(name):
        return f"{above}/{_RUN}"
    return folder if folder in _FILES and not folder.endswith(f"/{_RUN}") else None
