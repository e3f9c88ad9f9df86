"""The audit report as a page for people: one file, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from archives.audit import AuditReport, Verdict


def render_html(report: AuditReport, further: Sequence[str] = ()) -> str:
    """The report as HTML; texts that did not match come first. `further`: findings from elsewhere, one line each."""
    pages = Environment(loader=PackageLoader("archives"), autoescape=True, undefined=StrictUndefined)
    texts = sorted(report.verdicts, key=lambda text: text.verdict is Verdict.MATCH)
    return pages.get_template("audit.html").render(
        report=report, further=further, clean=report.clean and not further, texts=texts
    )
