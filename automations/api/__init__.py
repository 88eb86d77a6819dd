"""Automations by API: made, tested, switched on, their log read, events reported, and all that a rule may be built from."""
