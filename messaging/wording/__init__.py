"""What people read about texts on their way: one table, which the desk, the API, alerts and the admin read."""
