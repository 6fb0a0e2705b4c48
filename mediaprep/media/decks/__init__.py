"""Presentations: pages, notes, hidden slides; and the one importer of pymupdf."""
