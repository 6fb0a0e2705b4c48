"""Drift: where our answers differ from those that the real gateway gave."""
