"""Clients and sitters from a spreadsheet's CSV file, and into one."""
