"""How probable a sentence must be to be stated: the constants that are tuned to an evidence model, all in one place.

Each is a share of the best sentence's probability, or of another's, but for `LEAST` and the two counts.
"""

from __future__ import annotations

MAX_STATEMENTS = 3
"""Sentences stated beside companions and events: more is an article, not an answer."""

# The two main ones, set for the reader on a half of clapnq and the dev parts of evals/mini and evals/seed (2026-11-25):
# evidence F1 0.558, 0.432, 0.484 at 0.5 and 0.2; 0.597, 0.451, 0.503 at these; 0.612, 0.452, 0.484 at 0.2 and 0.1.
NEAR_BEST = 0.3
"""A further sentence is stated when it is at least this share of the best one …"""
LEAST = 0.1
"""… and its probability at least this: below it, a sentence is more likely beside the point than not."""

COPY = 0.5
"""Another outlet's copy of the leading sentence is cited with it from this share of it on: what it says is settled, and
a model ranks a copy lower for its dateline alone."""
PART = 0.25
"""A sentence that covers a part of the question which nothing stated covers needs only this share of the best."""
EVENT = 0.15
"""An event of a timeline: lower than for an answer, since each tells a part of what is asked for, none all of it."""

NEWER = 0.3
"""A newer report that contradicts the leading one takes the lead from this share of it on: news gives the new figure
in passing and explains the old one, so that a model often ranks the old one higher."""
NEWER_IN_THE_QUESTIONS_WORDS = 0.1
"""… and from this on where it gives another figure for the very thing asked about, in the question's words."""
OLDER = 0.6
"""The older report is stated beside the newer one, and makes it need its day, from this share of it on."""
