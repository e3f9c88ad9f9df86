"""Facts: what of a row decides about who copied whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import attrs
from tld import get_fld


@attrs.frozen(kw_only=True)
class Facts:
    """One text, without its words. As in its row; unknown is None."""

    url: str
    site: str
    source: str | None = None
    original_url: str | None = None
    published: str | None = None
    published_precision: str | None = None
    captured_at: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Facts:
        """From a row, whoever wrote it: what is no string is not known."""
        said = {name: row.get(name) for name in _NAMES}
        return cls(**{name: value if isinstance(value, str) else _DEFAULTS[name] for name, value in said.items()})

    @classmethod
    def parse(cls, line: bytes) -> Facts:
        """What `line` wrote; nothing of what it did not."""
        try:
            return cls.of(dict(zip(_NAMES, json.loads(line.decode("ascii")), strict=True)))
        except (ValueError, TypeError, RecursionError):
            return cls(url="", site="")

    def line(self) -> bytes:
        """For `parse`: a JSON list, with its line end."""
        return json.dumps(attrs.astuple(self), separators=(",", ":")).encode("ascii") + b"\n"

    @property
    def outlet(self) -> str:
        return outlet_of(self.site)


def site_and_source(line: bytes) -> tuple[str, str] | None:
    """Of a line that `Facts.line` wrote only these; None where no source is known."""
    try:
        _, site, source, *_ = json.loads(line.decode("ascii"))
    except (ValueError, TypeError, RecursionError):
        return None
    return (site, source) if source and isinstance(site, str) and isinstance(source, str) else None


_NAMES = tuple(field.name for field in attrs.fields(Facts))
_DEFAULTS: Mapping[str, Any] = {**dict.fromkeys(_NAMES), "url": "", "site": "", "captured_at": ""}


@lru_cache(maxsize=1 << 14)
def outlet_of(site: str) -> str:
    """Who answers for a site (host, and port where not the usual one): the registered domain, by the public suffix
    list that comes with tld. An address, or a name that nobody can register, stands for itself, with its port."""
    host = _host(f"//{site}")
    try:
        ip_address(host)
    except ValueError:
        return get_fld(f"https://{host}/", fail_silently=True) or site
    return site


def outlet_of_url(url: str) -> str:
    """The same for a page; "" where that has no host."""
    try:
        return outlet_of(urlsplit(url).netloc.rpartition("@")[2])
    except ValueError:
        return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
