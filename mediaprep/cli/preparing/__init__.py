"""Verbs for what is done before anything is sent: `check`, `fix`, `script`, and the rules."""
