"""The finished video as a plan: timeline, captions, layout, what is copied. Pure."""
