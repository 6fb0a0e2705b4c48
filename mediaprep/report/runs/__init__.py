"""A run of many jobs, told while it works and when it has ended: board, JSON, tables, page."""
