"""How Django itself prints and reads dates and times where no page of ours does: the same forms as `snoutos.core.timefmt`."""
