"""The values that rooms exchange; behaviour lives above."""
