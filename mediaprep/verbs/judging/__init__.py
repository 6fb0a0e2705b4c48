"""A request judged whole before it is sent: its JSON, files, people, URLs and finishing."""
