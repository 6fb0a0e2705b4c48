"""Values of paid work: jobs, attempts, manifests, outcomes, kinds of gateway."""
