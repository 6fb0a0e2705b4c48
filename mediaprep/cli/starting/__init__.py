"""The verbs of the first minute."""
