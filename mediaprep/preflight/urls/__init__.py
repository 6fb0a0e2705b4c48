"""What a request's URLs say of themselves, and what was seen of them."""
