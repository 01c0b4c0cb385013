"""Every measure, each a short function that names its source and the definition next to it.

What a question contributes and over what it is averaged stands in each function. A question without a prediction scores
0 wherever the measure applies to the question.
"""

from __future__ import annotations

from rag.evaluation.measures.abstention import ABSTENTION
from rag.evaluation.measures.answers import ANSWERS
from rag.evaluation.measures.base import Measure
from rag.evaluation.measures.calibration import CALIBRATION
from rag.evaluation.measures.citations import CITATIONS
from rag.evaluation.measures.latency import LATENCY
from rag.evaluation.measures.overall import OVERALL
from rag.evaluation.measures.retrieval import RETRIEVAL

ALL: tuple[Measure, ...] = (*OVERALL, *ANSWERS, *CITATIONS, *RETRIEVAL, *CALIBRATION, *ABSTENTION, *LATENCY)
BY_NAME = {measure.name: measure for measure in ALL}

__all__ = ["ALL", "BY_NAME", "Measure"]
