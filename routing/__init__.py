"""Where a text goes, decided by rules that can be read back."""
