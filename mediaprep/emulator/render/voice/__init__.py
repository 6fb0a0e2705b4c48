"""Voices: scripts spoken by espeak-ng, with the time of every character."""
