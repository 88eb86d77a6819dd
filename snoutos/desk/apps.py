from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin, with the owner's desk as its site."""

    default_site = "snoutos.desk.site.Desk"
