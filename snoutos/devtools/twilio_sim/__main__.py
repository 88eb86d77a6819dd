"""`python -m snoutos.devtools.twilio_sim`."""

import sys

from snoutos.devtools.twilio_sim.cli import main

sys.exit(main())
