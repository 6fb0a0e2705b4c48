"""Inputs served by ourselves, their first byte withheld until the TaskId is durable; callbacks."""
