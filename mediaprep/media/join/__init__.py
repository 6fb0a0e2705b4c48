"""Joining at the packet level: what can be copied is copied bit for bit, the rest is encoded to fit."""
