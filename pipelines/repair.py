"""Repair: readings in brackets taken out of a text, on record, so that they can be put back to the byte.

Done where a profile's rules ask for it and the page has the label `annotated_pinyin`; the row then lists the notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.document import Note
from pipelines.errors import TextError
from pipelines.quality.annotated_pinyin import notes_in
from pipelines.textfile import clean_block


def without_notes(blocks: Sequence[str]) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """The blocks without their notes, and the notes, in order. Blocks are as a text file holds them."""
    bare, notes = [], []
    for number, block in enumerate(blocks):
        kept, own = _parted(block, number)
        if clean_block(kept) != kept:  # what is left would be changed again on its way to the file
            kept, own = block, []
        bare.append(kept)
        notes += own
    return tuple(bare), tuple(notes)


def _parted(block: str, number: int) -> tuple[str, list[Note]]:
    parts: list[str] = []
    notes = []
    end = length = 0
    for found in notes_in(block):
        parts.append(block[end : found.start()])
        length += len(parts[-1])
        notes.append(Note(block=number, at=length, text=found[0]))
        end = found.end()
    return "".join([*parts, block[end:]]), notes


def with_notes(blocks: Sequence[str], notes: Iterable[Note]) -> tuple[str, ...]:
    """The blocks with the notes where they stood: what `without_notes` was given.

    Raises TextError for notes that do not fit these blocks.
    """
    whole = list(blocks)
    for note in sorted(notes, key=lambda note: (note.block, note.at), reverse=True):
        if not (0 <= note.block < len(whole) and 0 <= note.at <= len(blocks[note.block])):
            raise TextError(f"no place for the note {note.text!r}: block {note.block}, character {note.at}")
        block = whole[note.block]
        whole[note.block] = block[: note.at] + note.text + block[note.at :]
    return tuple(whole)


def undone(text: str, row: Mapping[str, Any]) -> str:
    """A text file's characters as they would be without the repair, by its row of documents.jsonl.

    Raises TextError where the row does not fit the text.
    """
    try:
        notes = [Note(**note) for note in row.get("removed_notes") or ()]
        start = int(row["body_block"])
    except (TypeError, KeyError, ValueError) as error:
        raise TextError(f"not a row that tells what was removed: {error}") from None
    blocks = text.split("\n\n") if text else []
    return "\n\n".join([*blocks[:start], *with_notes(blocks[start:], notes)])
