"""Steps carried out: one run of a tool, into a part file that is proved before it gets its name."""
