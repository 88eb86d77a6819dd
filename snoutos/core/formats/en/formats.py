"""Read by Django through `FORMAT_MODULE_PATH`. Each first input format is the one that fields show and the admin's controls write."""

from snoutos.core.timefmt import DATE, DATE_OF_YEAR, TIME

DATE_FORMAT = DATE_OF_YEAR
TIME_FORMAT = TIME
DATETIME_FORMAT = f"{DATE_OF_YEAR}, {TIME}"
MONTH_DAY_FORMAT = DATE
SHORT_DATE_FORMAT = DATE_OF_YEAR
SHORT_DATETIME_FORMAT = DATETIME_FORMAT

DATE_INPUT_FORMATS = ["%m/%d/%Y", "%Y-%m-%d", "%m/%d/%y", "%b %d %Y", "%b %d, %Y", "%B %d %Y", "%B %d, %Y"]
TIME_INPUT_FORMATS = ["%I:%M %p", "%H:%M:%S", "%H:%M", "%I:%M%p", "%I %p", "%I%p", "%H:%M:%S.%f"]
DATETIME_INPUT_FORMATS = [f"{day} {clock}" for day in DATE_INPUT_FORMATS[:3] for clock in TIME_INPUT_FORMATS]
