"""Hosts: which site a URL belongs to, which sites a crawl may visit, and which addresses are not public."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import attrs

from crawler.urls import DEFAULT_PORTS, ascii_host

_TWIN = re.compile(r"^(?:www|m|wap)\.(?=[^.]+\.)")
_PRIVATE_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPV4_PART = re.compile(r"0x[0-9a-f]*|[0-9]+")

Site = tuple[str, int | None]
"""Host without www./m./wap., and port where it is not the scheme's own."""


def site_of(url: str) -> Site | None:
    """The site a URL belongs to; None where it has no host."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    plain = host if host and ":" in host else ascii_host(host or "")
    if not plain:
        return None
    return _TWIN.sub("", plain.rstrip(".")), None if port == DEFAULT_PORTS.get(parts.scheme) else port


def address_of(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address a host is a literal of, in any notation a browser takes: 127.1, 0x7f000001, 2130706433, [::1].

    The IPv4 address parser of the URL standard; None for a name.
    """
    bare = host.strip("[]")
    if ":" in bare:
        try:
            return ipaddress.IPv6Address(bare.partition("%")[0])
        except ValueError:
            return None
    parts = (ascii_host(bare) or "").rstrip(".").split(".")
    if len(parts) > 4 or not all(_IPV4_PART.fullmatch(part) for part in parts):
        return None
    try:
        *firsts, last = [_ipv4_number(part) for part in parts]
        if any(number > 255 for number in firsts) or last >= 256 ** (5 - len(parts)):
            return None
        return ipaddress.IPv4Address(last + sum(number << (24 - 8 * at) for at, number in enumerate(firsts)))
    except ValueError:
        return None


def _ipv4_number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)


def is_private_address(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is not public: loopback, private, link-local (cloud metadata), multicast, reserved."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and (address in _NAT64 or int(address) >> 32 == 0):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None and int(address) > 1:
            return is_private_address(inner)
    return not address.is_global or address.is_multicast


def is_private_host(host: str) -> bool:
    """Whether a host is a private address literal or a name that only a local network answers for."""
    address = address_of(host)
    if address is not None:
        return is_private_address(address)
    name = (ascii_host(host) or "").rstrip(".")
    return "." not in name or any(name.endswith("." + private) for private in _PRIVATE_NAMES)


@attrs.frozen(kw_only=True)
class HostSet:
    """The hosts a crawl may visit."""

    sites: frozenset[Site]
    """The seeds' own sites, twins (www., m.) included."""
    allowed: frozenset[str] = frozenset()
    """Further hosts, with a port where one was written ("news.example.com", "example.com:8080")."""
    under: tuple[str, ...] = ()
    """Domains whose every subdomain counts, without the leading dot."""

    @classmethod
    def of(cls, seeds: Iterable[str], allow_hosts: Iterable[str] = (), *, subdomains: bool = False) -> HostSet:
        """`allow_hosts` holds hosts ("a.example.com") and domains with all below them ("*.example.com")."""
        sites = frozenset(site for site in map(site_of, seeds) if site)
        allowed = [host.lower() for host in allow_hosts]
        under = [host[2:] for host in allowed if host.startswith("*.")]
        if subdomains:
            under += sorted(host for host, _ in sites if address_of(host) is None and "." in host)
        return cls(
            sites=sites, allowed=frozenset(host for host in allowed if not host.startswith("*.")), under=tuple(under)
        )

    def covers(self, url: str) -> bool:
        """Whether the URL's host is one of these."""
        return self.rank(url) > 0

    def rank(self, url: str) -> int:
        """How closely: 3 a seed's own site, 2 an allowed host, 1 below an allowed domain, 0 not at all."""
        site = site_of(url)
        if site is None:
            return 0
        if site in self.sites:
            return 3
        host, port = site
        exact = (urlsplit(url).hostname or "").rstrip(".")
        spelled = {name if port is None else f"{name}:{port}" for name in (host, exact)}
        if spelled & self.allowed:
            return 2
        return int(port is None and any(exact == domain or exact.endswith("." + domain) for domain in self.under))
