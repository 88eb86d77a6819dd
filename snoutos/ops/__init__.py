"""What runs and watches an installation: checks, start-up, health, figures, the doctor."""
