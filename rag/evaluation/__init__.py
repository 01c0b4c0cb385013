"""Evaluation sets: run a system over one, measure it, show it, compare it with another.

Start at `evaluate` (what `rag eval` calls) and `compare`.
"""

from __future__ import annotations

from rag.evaluation.compare import Comparison, compare
from rag.evaluation.figures import Difference, Figure
from rag.evaluation.gold import Span
from rag.evaluation.predictions import Prediction
from rag.evaluation.questions import Question
from rag.evaluation.results import Results, read_results
from rag.evaluation.run import EvalReport, evaluate
from rag.evaluation.searchers import SearchSystem
from rag.evaluation.sets import EvalSet, data_folder, open_set_index, read_set
from rag.evaluation.systems import System

__all__ = [
    "Comparison",
    "Difference",
    "EvalReport",
    "EvalSet",
    "Figure",
    "Prediction",
    "Question",
    "Results",
    "SearchSystem",
    "Span",
    "System",
    "compare",
    "data_folder",
    "evaluate",
    "open_set_index",
    "read_results",
    "read_set",
]
