"""The doctor: every rule the database should keep, looked for over all rows of all businesses, without changing one.

A check is a function that yields the ids of rows that break one rule (`registry.check`). It writes nothing, and names rows by id only:
never a text, a phone or a name.
"""
