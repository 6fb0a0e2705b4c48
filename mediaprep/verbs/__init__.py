"""What users ask for: one file and one function each."""
