"""Video of a trained avatar, basic and advanced: parameters and demands."""
