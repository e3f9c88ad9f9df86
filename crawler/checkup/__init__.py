"""Checkup: what the doctor looks at, on the machine and in a collection, and what it can put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import attrs

from archives.errors import ArchiveError
from crawler.errors import CrawlerError
from crawler.exits import one_line

State = Literal["ok", "warn", "bad"]
Outcome = tuple[State, str, str]
"""State, what is the case, what to do."""
REPAIR = "doctor NAME --repair puts it right"
VERIFY = "run verify NAME; what it names was not the work of a crash"
_NAMED = 3


@attrs.frozen(kw_only=True)
class Check:
    """One thing looked at."""

    name: str
    state: State
    what: str
    todo: str = ""
    """What to do about it; empty where all is well."""

    def __str__(self) -> str:
        return f"{self.state:<4} {self.name}: {self.what}" + (f" -> {self.todo}" if self.todo else "")


def look(name: str, check: Callable[[], Outcome]) -> Check:
    """Looks; an error that is met is what is the case."""
    try:
        state, what, todo = check()
    except (CrawlerError, ArchiveError) as error:
        return Check(name=name, state="bad", what=one_line(error))
    except OSError as error:
        return Check(name=name, state="bad", what=f"{error.filename or name}: {error.strerror or error}")
    except ValueError as error:
        return Check(name=name, state="bad", what=one_line(error))
    return Check(name=name, state=state, what=what, todo=todo)


def some(names: Sequence[str]) -> str:
    """The first names, and how many more."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
