"""The forms that take a password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import SetPasswordMixin
from django.core.exceptions import ValidationError

from snoutos.access import gate
from snoutos.access.errors import MustWait
from snoutos.accounts.models import User
from snoutos.adminkit.unfold import (
    AdminOwnPasswordChangeForm,
    AuthenticationForm,
    PasswordWidget,
    TextInputWidget,
)

PASSWORD_RULES = "At least 10 characters, nothing common."  # noqa: S105  (what is said of passwords)


def password_field(label: str, help_text: str = "", *, required: bool) -> forms.CharField:
    """A field for a password that is new."""
    return forms.CharField(
        label=label,
        required=required,
        strip=False,
        help_text=help_text,
        widget=PasswordWidget(attrs={"autocomplete": "new-password"}),
    )


class SignInForm(AuthenticationForm):  # type: ignore[misc]
    """Name and password for the desk. MustWait and hashing.Busy pass through it."""

    error_messages = {
        "invalid_login": "That e-mail and password don't match.",
        "not_here": "This sign-in is for the office. Sitters text LINK to the office's number and get a link to theirs.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail"

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """The password was right; the desk is for owners and staff."""
        if not getattr(user, "is_staff", False):
            raise ValidationError(self.error_messages["not_here"], code="not_here")

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid_login"], code="invalid_login")


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]
    """A member's new password. The old one comes through the gate too: a stolen session must not guess without end."""

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        self._request = request
        super().__init__(*args, **kwargs)

    def clean_old_password(self) -> str:
        old: str = self.cleaned_data["old_password"]
        try:
            right = gate.confirm(self._request, self.user, old)
        except MustWait as refusal:
            raise ValidationError(refusal.sentence, code=refusal.code) from refusal
        if not right:
            raise ValidationError("That isn't your current password.", code="password_incorrect")
        return old


class NewPasswordForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg]
    """A password that somebody chooses by a link. It asks for no old one: the link stands for it."""

    password1 = password_field("Password", PASSWORD_RULES, required=True)
    password2 = password_field("Repeat password", required=True)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        self._user = user
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.validate_passwords()
        self.validate_password_for_user(self._user)
        return cleaned


class ForgottenForm(forms.Form):
    """The e-mail of whoever forgot their password. What is no address at all is asked for again; no more is said of any."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=TextInputWidget(attrs={"type": "email", "autocomplete": "username", "autofocus": True}),
    )
