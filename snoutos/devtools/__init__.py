"""Tools for demonstrations and development; never part of a production deployment."""
