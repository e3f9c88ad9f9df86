"""Seeds: the URLs a user names, on the command line or in a file."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from crawler.errors import ConfigError
from crawler.urls import absolute, has_credentials, without_credentials

_BETWEEN = re.compile(r"\s+|[,，]+(?=\s|$|[a-zA-Z][a-zA-Z0-9+.-]*:)")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(?!\d)")
_WHOLE = 'not a whole URL; write it with http:// or https://, such as "https://{}"'


def read_seeds(urls: str | None, seed_list: str | None) -> list[str]:
    """The URLs of `-a urls=` and `-a seed_list=`, in that order, each once, as plain ASCII.

    `urls` is separated by commas or white space (a comma inside a URL stays), the file has one URL a line, `#`
    starts a comment line. [] where neither is given. Raises ConfigError naming option, file and line.
    """
    found = [] if urls is None else _from_option(urls)
    if seed_list is not None:
        found += _from_file(seed_list)
    return list(dict.fromkeys(found))


def _from_option(urls: str) -> list[str]:
    items = [item for item in (piece.strip(",，") for piece in _BETWEEN.split(urls)) if item]
    if not items:
        raise ConfigError("command line", "urls", urls, "holds no URL; write one, or leave the option out")
    return [_seed("command line", "urls", item) for item in items]


def _from_file(name: str) -> list[str]:
    try:
        text = _decoded(Path(name).read_bytes())
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        what = f"cannot be read ({why}); name a file with one URL a line"
        raise ConfigError("command line", "seed_list", name, what) from None
    if "\x00" in text:
        raise ConfigError("command line", "seed_list", name, "is not a text file; name a file with one URL a line")
    lines = ((number, line.strip("\ufeff\u3000 \t")) for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1))
    found = [_seed(name, f"line {number}", line) for number, line in lines if line and not line.startswith("#")]
    if not found:
        raise ConfigError("command line", "seed_list", name, "holds no URL; write one URL a line")
    return found


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _seed(where: str, key: str, text: str) -> str:
    shown = without_credentials(text)
    scheme = _SCHEME.match(text)
    if scheme is None:
        raise ConfigError(where, key, shown, _WHOLE.format(shown.lstrip("/")))
    if scheme[1].lower() not in ("http", "https"):
        raise ConfigError(where, key, shown, f"{scheme[1]}: is not crawled; name an http or https URL")
    if re.search(r"\s", text):
        raise ConfigError(where, key, shown, "holds a space; write one URL a line, and a space in a URL as %20")
    url = absolute(text)
    if url is None or not urlsplit(url).hostname:
        raise ConfigError(where, key, shown, "has no host that could be asked; correct it")
    if has_credentials(url):
        what = "carries a user name or password, and is never fetched with it; write the URL without"
        raise ConfigError(where, key, shown, what)
    return url
