"""`make demo`: the whole installation on one machine, then the main flow played through real HTTP.

`supervisor` starts and watches the processes; `scenario` plays the flow and says what the database shows.
"""
