"""Files of clients and sitters."""
