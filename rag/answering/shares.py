"""How probable a sentence must be to be stated: the constants that are tuned to an evidence model, all in one place.

Each is a share of the best sentence's probability, or of another's, but for `LEAST` and the two counts.
"""

from __future__ import annotations

MAX_STATEMENTS = 3
"""Sentences stated beside companions and events: more is an article, not an answer."""

# Set for the second reader's own weights, of which 0.8 ship, on clapnq, evals/mini and evals/seed (2026-11-30),
# evidence F1 in this order: these and the three below 0.573, 0.484, 0.577; 0.3 here and the three below off 0.543,
# 0.479, 0.589; 0.3 and the three at 0.8, 0.6 and 1.01 0.538, 0.485, 0.589, with fewer of mini's questions right
# (0.591 for 0.615).
NEAR_BEST = 0.2
"""A further sentence is stated when it is at least this share of the best one …"""
LEAST = 0.1
"""… and its probability at least this: below it, a sentence is more likely beside the point than not."""

# A further sentence is right more often the nearer it is to the best one, and rarely where it is of another article or
# holds nothing of the kind that is asked for. Each of the three is off at 0.
OTHER_ARTICLE = 0.5
"""A further sentence of another article than the best one's, which does not contradict it, needs this share …"""
OF_KIND = 0.0
"""… one that holds what "who", "when", "where" or "how many" asks for, this …"""
NOT_OF_KIND = 0.5
"""… and one that does not, this."""

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
NEWER_IN_THE_LEADS_WORDS = 0.05
"""… and from this on where it repeats the leading sentence's words with another figure."""
OLDER = 0.6
"""The older report is stated beside the newer one, and makes it need its day, from this share of it on."""
