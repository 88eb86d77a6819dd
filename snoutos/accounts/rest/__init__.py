"""What every API endpoint stands on: who asks, what they may do, whose rows they see, and pages of them."""
