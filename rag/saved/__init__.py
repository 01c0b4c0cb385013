"""Questions that people want to keep an eye on, and those that were asked in vain: kept beside an index, in one file.

They are what readers said, not what articles say: no rebuilding, repair, export or import of the index touches them.

    filters.py    what a question may use, there and back as text
    database.py   the file `questions.db`: schema, transactions, errors
    watched.py    saved questions with the answer as it was read and as it is
    vain.py       questions without an answer, by day, bounded
    basis.py      what an answer would be made of, as a digest: the cheap test whether to ask again
    again.py      asking again where that has changed
    changes.py    which cited sentences came and which went between two answers
    topics.py     questions grouped by what they are about
"""

from rag.saved.again import check_saved, check_vain, record_vain, save
from rag.saved.changes import Change, change_of
from rag.saved.vain import Vain, VainQuestions
from rag.saved.watched import SavedQuestion, SavedQuestions

__all__ = [
    "Change",
    "SavedQuestion",
    "SavedQuestions",
    "Vain",
    "VainQuestions",
    "change_of",
    "check_saved",
    "check_vain",
    "record_vain",
    "save",
]
