"""One file → its facts."""
