"""What the owner decides about held texts."""
