"""What is done with texts: they come in, are routed, screened, delivered and recorded."""
