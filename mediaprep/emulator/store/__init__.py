"""The emulated bucket, the results that are handed out, and how both lie on disk."""
