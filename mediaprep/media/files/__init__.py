"""Files as such: encodings, YAML, digests, atomic writing, what is ours, facts kept from earlier runs."""
