"""The gateway's calls: accepted or refused, inputs judged, callbacks posted."""
