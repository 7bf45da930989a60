"""A page is a function (what it shows) and a template of the same name (how it looks); a change is a function too."""
