"""The door to PyMuPDF: pages counted, read, drawn, taken out."""
