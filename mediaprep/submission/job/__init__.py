"""A paid job's way: an attempt prepared, sent once, watched, saved; and the worker that moves it."""
