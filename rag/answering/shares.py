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

# What stands behind a right answer is right itself for 0.78 of the sentences at 0.8 of the best one or more, for 0.50
# at 0.6 to 0.8 and for 0.40 below; of those below 0.8 from another article than the best one's 4 of 24 are (measured on
# real news). Each of the three is off at 0.
OTHER_ARTICLE = 0.8
"""A further sentence of another article than the best one's, which does not contradict it, needs this share …"""
OF_KIND = 0.6
"""… one that holds what "who", "when", "where" or "how many" asks for, this …"""
NOT_OF_KIND = 1.01
"""… and one that does not, this: more than any sentence has."""

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
