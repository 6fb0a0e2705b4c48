"""Video from a presentation: its parameters and what is demanded of them."""
