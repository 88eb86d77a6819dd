from django.contrib import admin
from django.contrib.admin import sites
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin, with the owner's desk as its site."""

    default_site = "snoutos.desk.site.Desk"

    def ready(self) -> None:
        # Unfold's app, which stands before this one, puts a site of its own in place. The desk decides
        # who may come in, so it is put back before any page registers.
        admin.site = sites.site = sites.DefaultAdminSite()  # type: ignore[assignment]
        super().ready()
