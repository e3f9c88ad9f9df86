"""LocalStorage: a folder on a disk, with every write carried through to the medium."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import BinaryIO, cast

from archives.errors import StorageError
from archives.storage.base import Sort


@contextlib.contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Turns the system's refusal into a `StorageError` that names the path; a missing file stays what it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error


class LocalStorage:
    """See `Storage`. Folders come into being with the first file written into them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / name

    def exists(self, name: str) -> bool:
        return self.path(name).exists()

    def names(self, folder: str) -> list[str]:
        return [name for name, sort in self.entries(folder) if sort is Sort.FILE]

    def folders(self, folder: str) -> list[str]:
        return [name for name, sort in self.entries(folder) if sort is Sort.FOLDER]

    def entries(self, folder: str) -> list[tuple[str, Sort]]:
        path = self.path(folder)
        self._refuse_links(path)
        with refusals(path):
            if not path.is_dir():
                return []
        with refusals(path), os.scandir(path) as entries:
            return sorted((entry.name, _sort(entry)) for entry in entries)

    def open(self, name: str) -> BinaryIO:
        path = self.path(name)
        self._refuse_links(path)
        with refusals(path):
            # what is no plain file may keep whoever opens it waiting for ever, or never come to an end
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise StorageError(f"{path}: not a plain file")
        return os.fdopen(handle, "rb")

    def create(self, name: str) -> BinaryIO:
        path = self._ready(name)
        with refusals(path):
            return cast(BinaryIO, path.open("xb", buffering=0))

    def read(self, name: str) -> bytes:
        with self.open(name) as file, refusals(self.path(name)):
            return file.read()

    def replace(self, name: str, data: bytes | Iterator[bytes], *, private: bool = False) -> None:
        path = self._ready(name)
        draft = path.with_name(path.name + ".tmp")
        with refusals(path):
            try:
                with open(draft, "wb", opener=_private_opener if private else None) as file:
                    file.writelines([data] if isinstance(data, bytes) else data)
                    _sync(file)
                draft.replace(path)
            except OSError:
                with contextlib.suppress(OSError):
                    draft.unlink()
                raise
            _sync_folder(path.parent)

    def append(self, name: str, data: bytes) -> None:
        path = self._ready(name)
        new = not path.exists()
        with refusals(path):
            with path.open("ab", buffering=0) as file:
                size = file.tell()
                try:
                    _write_all(file, data)
                    os.fsync(file.fileno())
                except OSError:
                    with contextlib.suppress(OSError):  # half a line would spoil the one that comes after it
                        file.truncate(size)
                    raise
            if new:
                _sync_folder(path.parent)

    def cut(self, name: str, size: int) -> None:
        path = self.path(name)
        with refusals(path), path.open("r+b") as file:
            file.truncate(size)
            _sync(file)

    def rename(self, old: str, new: str) -> None:
        path = self.path(new)
        with refusals(path):
            self.path(old).rename(path)
            _sync_folder(path.parent)

    def remove(self, name: str) -> None:
        path = self.path(name)
        with refusals(path):
            path.unlink()
            _sync_folder(path.parent)

    def lock(self, folder: str) -> Callable[[], None] | None:
        path = self.path(folder)
        with refusals(path):
            handle = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return lambda: os.close(handle)

    def _ready(self, name: str) -> Path:
        path = self.path(name)
        with refusals(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _refuse_links(self, path: Path) -> None:
        """Raises `StorageError` where `path`, or a folder between it and the root, is a symbolic link."""
        while path != self.root and path != path.parent:
            with refusals(path):
                if path.is_symlink():
                    raise StorageError(f"{path}: a symbolic link, which may lead anywhere")
            path = path.parent


def _sort(entry: os.DirEntry[str]) -> Sort:
    if entry.is_dir(follow_symlinks=False):
        return Sort.FOLDER
    return Sort.FILE if entry.is_file(follow_symlinks=False) else Sort.NEITHER


def _private_opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_all(file: FileIO, data: bytes) -> None:
    at = 0
    while at < len(data):
        at += file.write(data[at:])


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    """A new name is only kept once its folder is on the medium, too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
