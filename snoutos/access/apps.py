from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who gets in: signing in, members, keys. Its rows are those of `snoutos.accounts`."""

    name = "snoutos.access"
    label = "access"
    verbose_name = "Access"
