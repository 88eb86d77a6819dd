"""Reacting: from occurrences to executions, and each step of one done."""
