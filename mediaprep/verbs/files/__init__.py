"""Files by themselves: their true endings, and caption files."""
