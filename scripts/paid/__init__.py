"""Paid work under torture: what scripts/torture is made of."""
