"""Training of the evidence models: not part of the package."""
