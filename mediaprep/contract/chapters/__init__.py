"""One file for each chapter of the docs: its parameters as tables."""
