"""Everything needed to answer, on disk: a log of articles, passages and vectors, and two views for searching it.

`Index` opens or creates it, `Index.snapshot` reads one generation, `Index.writer` makes the next. `index/README.md`
documents the files.
"""

from rag.index.check import CheckReport, Problem
from rag.index.content import Content
from rag.index.draft import Draft, PassageSpan, Span, check_draft
from rag.index.snapshot import Snapshot
from rag.index.status import Status
from rag.index.store import Index
from rag.index.writer import Writer

__all__ = [
    "CheckReport",
    "Content",
    "Draft",
    "Index",
    "PassageSpan",
    "Problem",
    "Snapshot",
    "Span",
    "Status",
    "Writer",
    "check_draft",
]
