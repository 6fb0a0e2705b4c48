"""`finish` and `verify`, and the options that say how a finished video looks."""
