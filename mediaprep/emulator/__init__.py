"""An emulated gateway with its bucket: accepts, refuses, queues and renders as the docs say."""
