"""Sitters come and go: everything that belongs to it, in one verb each."""
