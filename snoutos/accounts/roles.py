"""The roles of `product.md`: what a person or system is to the installation."""

from django.db.models import TextChoices


class Role(TextChoices):
    """`owner` and `staff` use the desk; only `owner` changes settings, numbers, credentials and members."""

    OWNER = "owner", "Owner"
    STAFF = "staff", "Staff"
    SITTER = "sitter", "Sitter"
    INTEGRATION = "integration", "Integration"
    OPERATOR = "operator", "Operator"
