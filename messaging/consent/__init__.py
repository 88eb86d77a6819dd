"""STOP, START and HELP, spread over all the organization's numbers."""
