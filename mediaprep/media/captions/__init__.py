"""Caption files of others: what their lines, clocks and tags mean, one file for each family of forms."""
