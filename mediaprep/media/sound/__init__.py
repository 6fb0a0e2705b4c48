"""Windows of sound (pydub), pauses, and silent files."""
