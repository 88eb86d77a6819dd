"""The sitter page: what a sitter reads and writes in a browser, after a link that was texted to them."""
