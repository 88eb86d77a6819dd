"""What time, the provider's own books and the owner do about texts that did not simply arrive."""
