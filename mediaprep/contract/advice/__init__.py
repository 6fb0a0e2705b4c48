"""Advice of ours on requests that the service takes: what has no effect, what may surprise."""
