"""Two finished videos laid side by side: where their pictures and their sound differ."""
