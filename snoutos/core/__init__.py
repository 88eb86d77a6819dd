"""The ground everything stands on: environment, problems, logs, times, the database's errors and limits. Knows no app."""
