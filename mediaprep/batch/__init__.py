"""Manifests and storyboards as people write them, and the engine that works on many jobs at once."""
