"""Readers of presentations: pptx, ppt and pdf, each with its own library."""
