"""How sitters get in without a password: links that work once (`links`), and the browsers they opened (`devices`)."""
