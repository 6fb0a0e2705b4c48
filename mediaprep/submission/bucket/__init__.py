"""A local file becomes a URL that the service can fetch; a bucket takes the results."""
