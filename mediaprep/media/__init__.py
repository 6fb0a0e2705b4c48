"""Doors to the tools of media, one library each, and what is built on them: facts, mended files, finished videos."""
