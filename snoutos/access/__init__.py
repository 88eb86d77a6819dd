"""Who gets in: the sign-in and what holds strangers off, links that help a member past them, keys, and all of it in the trail."""
