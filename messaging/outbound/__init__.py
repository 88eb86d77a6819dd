"""From an accepted message to the provider and back: `queue` until the call, `outcome` of the call, `recovery` of what got stuck."""
