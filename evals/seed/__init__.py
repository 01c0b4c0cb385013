"""The question set on the seed article."""
