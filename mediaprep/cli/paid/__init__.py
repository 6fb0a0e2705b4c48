"""Verbs that speak with the gateway or look into the ledger, and the options of work on many jobs."""
