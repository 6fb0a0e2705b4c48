"""Scripts: the markup, how it is counted, and how it is heard."""
