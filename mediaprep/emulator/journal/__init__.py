"""The journal: every exchange with the emulator, kept for a while, told with its secrets removed and its reasons."""
