"""What goes over the wire: envelopes, signatures, and answers read without trust."""
