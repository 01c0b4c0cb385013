"""Encoders: text → unit-length vectors."""
