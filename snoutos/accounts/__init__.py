"""Who belongs to which business: organizations, users, API keys, and the scoping that every tenant row obeys."""
