"""Answering: hits → evidence → statements with citations."""
