"""Measurements that print a figure next to a reference point of the same run."""
