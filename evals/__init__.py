"""Evaluation sets and their cards."""
