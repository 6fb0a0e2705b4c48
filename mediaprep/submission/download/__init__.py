"""Results downloaded: bounded, resumed after a cut, verified."""
