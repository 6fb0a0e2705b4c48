"""Every rule as people look it up: what, why, where the docs say so, what passes."""
