"""The real gateway recorded, secrets removed, and played again."""
