"""Talking to the gateway and the bucket, and the ledger of paid work."""
