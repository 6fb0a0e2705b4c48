"""How a kind of file is mended: pure arithmetic over facts and rules."""
