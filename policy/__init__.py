"""Screening: what people may send each other, decided in one place."""
