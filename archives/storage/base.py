"""Storage: what a collection asks of the medium it lies on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO, Protocol


class Sort(IntEnum):
    """What lies under a name. Only plain files and folders are ever read; a symbolic link is neither."""

    FILE = 0
    FOLDER = 1
    NEITHER = 2


class Storage(Protocol):
    """A folder of files, named by `/`-separated paths below it.

    Every method raises `StorageError`, naming the path, where the medium says no; a file that is not there is a
    `FileNotFoundError`, because only the caller knows whether that is wrong.
    """

    def path(self, name: str) -> Path:
        """Where a file lies, for messages."""
        ...

    def exists(self, name: str) -> bool: ...

    def names(self, folder: str) -> list[str]:
        """The names (without the folder) of the files in `folder`, sorted; none where it does not exist."""
        ...

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in `folder`, sorted."""
        ...

    def entries(self, folder: str) -> list[tuple[str, Sort]]:
        """Everything in `folder`, sorted, whatever it is; nothing where it does not exist."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A file to read. What is no plain file is refused: it might lead elsewhere, block, or never end."""
        ...

    def create(self, name: str) -> BinaryIO:
        """A new file to write, unbuffered; refused where one is there."""
        ...

    def read(self, name: str) -> bytes: ...

    def replace(self, name: str, data: bytes | Iterator[bytes], *, private: bool = False) -> None:
        """Puts a whole file in place: at any moment there is the old one or the new one, never a part.

        A `private` one only its owner may read.
        """
        ...

    def append(self, name: str, data: bytes) -> None:
        """Adds to the end of a file and has it on the medium on return."""
        ...

    def cut(self, name: str, size: int) -> None:
        """Shortens a file to `size` bytes, on the medium on return."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Gives a file another name in the same folder, on the medium on return."""
        ...

    def remove(self, name: str) -> None: ...

    def lock(self, folder: str) -> Callable[[], None] | None:
        """Keeps other processes from locking `folder` until the function that comes back is called, or this process
        ends. None where another one holds it."""
        ...
