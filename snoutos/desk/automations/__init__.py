"""The pages where an owner makes rules, tries them, and reads what they did. Everything is done by `automations.lifecycle`.

typed (what the form holds) → reading (what it means, and what is wrong where) → shown (the form again, with both)
"""
