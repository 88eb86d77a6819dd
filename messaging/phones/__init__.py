"""A phone belongs to somebody for a time: changing it, moving its conversation to another number, blocking it."""
