"""When two URLs are one: the identity and the host of a URL, as the frontier sees them."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from w3lib.url import canonicalize_url

_DEFAULT_PORT = re.compile(r"^(?:(http)://([^/?#]*):80|(https)://([^/?#]*):443)(?=[/?#]|$)")
_AROUND = "".join(map(chr, range(0x21)))
"""What may stand around a URL and is none of it (URL standard, "C0 control or space")."""


def storable(url: str) -> str:
    """The URL without what UTF-8 cannot carry: a lone surrogate becomes "?"."""
    return url.encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=4096)  # one step asks for it up to three times, and it is what a step costs most
def canonical(url: str) -> str:
    """The form under which a URL is known: two URLs that share it are fetched once.

    w3lib's rules (host in lower case, dot segments gone, escapes alike, query sorted, fragment dropped) and no default
    port. The query is sorted because sites link to one page with the same fields in any order; what is fetched is
    still the form that was seen first, untouched. What is no URL at all is known by its own text.
    """
    url = storable(url).strip(_AROUND)
    try:
        form = canonicalize_url(url)
    except ValueError:
        return url
    return _DEFAULT_PORT.sub(lambda found: f"{found[1] or found[3]}://{found[2] or found[4]}", form)


def fingerprint(url: str) -> bytes:
    """16 bytes that stand for the canonical form: the first half of its SHA-256."""
    return sha256(canonical(url).encode("utf-8")).digest()[:16]


def host_key(url: str) -> str:
    """The host whose patience a fetch costs: "www.example.cn", or "127.0.0.1:8001" off the scheme's own port.

    "" where the URL names no host.
    """
    try:
        parts = urlsplit(canonical(url))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{port}" if port is not None else host
