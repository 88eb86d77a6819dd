"""Business numbers: what they are for, their rest, their health."""
