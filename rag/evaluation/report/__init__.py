"""The report of a run, as one HTML file."""

from __future__ import annotations

from rag.evaluation.report.page import report_page, write_report

__all__ = ["report_page", "write_report"]
