"""What the service's docs say, as data: endpoints, limits, codes, quotas. Pure."""
