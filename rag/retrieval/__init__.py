"""Retrieval: question → hits."""
