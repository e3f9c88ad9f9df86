"""The audit report as a page for people: one file, nothing loaded from elsewhere."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from archives.audit import AuditReport, Verdict


def render_html(report: AuditReport) -> str:
    """The report as HTML; texts that did not match come first."""
    pages = Environment(loader=PackageLoader("archives"), autoescape=True, undefined=StrictUndefined)
    texts = sorted(report.verdicts, key=lambda text: text.verdict is Verdict.MATCH)
    return pages.get_template("audit.html").render(report=report, texts=texts)
