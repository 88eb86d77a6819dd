"""The owner's pages about the business itself: its settings, its members, its API keys."""

from django.contrib import admin
from django.contrib.auth.models import Group

from snoutos.access.admin import keys, members, settings

__all__ = ["keys", "members", "settings"]

# Roles decide what people may do; groups belong to no organization.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)
