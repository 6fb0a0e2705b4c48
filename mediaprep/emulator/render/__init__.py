"""From an accepted task to its media: one renderer an endpoint, one encoder."""
