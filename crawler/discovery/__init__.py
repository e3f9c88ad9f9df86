"""Discovery: what a body is, which URLs it names, and what kind of page it makes. Pure functions that never raise."""

from __future__ import annotations

from crawler.discovery.content import Kind, describe, sniff
from crawler.discovery.feeds import feed_links
from crawler.discovery.links import FoundLink, page_links
from crawler.discovery.markup import parse_html
from crawler.discovery.page_kind import PageKind, page_kind
from crawler.discovery.pagination import Pagination, pagination
from crawler.discovery.sitemaps import sitemap_links

__all__ = [
    "FoundLink", "Kind", "PageKind", "Pagination",
    "describe", "feed_links", "page_kind", "page_links", "pagination", "parse_html", "sitemap_links", "sniff",
]  # fmt: skip
