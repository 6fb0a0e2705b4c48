"""How text is set: what holds together, widths, marks at the edges of lines, languages and how fast they are read."""
