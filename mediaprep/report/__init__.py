"""Findings, jobs, proofs as people and machines read them: text, JSON, HTML."""
