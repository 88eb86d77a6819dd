"""Windows and overrides: created, moved, ended, removed, each with what it does to queued texts."""
