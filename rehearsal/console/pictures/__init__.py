"""Pictures as SVG, one function each; every one says what it shows in words too. Pure."""
