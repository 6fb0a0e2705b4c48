"""The library's face: what programs call. One type of progress, files as str or Path, no error but our own.

Behind each name is the verb of the command line; what only tests and other rooms hand to a verb is left there."""
