"""The shell of SnoutOS: settings, accounts, the owner's desk, and what mounts the domain apps."""
