"""The files that came with texts: fetched from the provider, kept, and lent out by signed addresses."""
