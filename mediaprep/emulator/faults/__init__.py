"""Faults on order: what goes wrong, where, and how often."""
