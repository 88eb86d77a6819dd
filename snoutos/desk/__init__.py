"""The owner's desk: the admin site, the inbox, the conversation."""
