"""Judging and planning: facts against the contract, findings → steps. Pure."""
