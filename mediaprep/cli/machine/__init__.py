"""Verbs about this machine: `doctor`, `trust`, `emulator`."""
