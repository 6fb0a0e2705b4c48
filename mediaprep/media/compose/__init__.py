"""The pieces of ffmpeg's graph for a finished video: clips, scenery, loudness, chapters, covers."""
