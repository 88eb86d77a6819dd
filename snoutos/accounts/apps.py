from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "snoutos.accounts"
    label = "accounts"
    verbose_name = "Business"
