"""How values tell of themselves: as JSON and as a line, without secrets."""
