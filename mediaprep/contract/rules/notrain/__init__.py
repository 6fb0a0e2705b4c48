"""Video from footage, without training: its parameters and what is demanded of them."""
