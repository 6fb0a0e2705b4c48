"""Rules over more than one parameter, over the account's lists, and over a request and its files."""
