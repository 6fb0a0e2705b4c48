"""The client of the gateway: one call for every row of endpoints, bounded, never trusted."""
