"""Wishes of a finished video: from their words to a value, and what is wrong with them whatever the video is."""
