"""What verbs that make files give back."""
