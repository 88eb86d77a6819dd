"""Only the provider can sign: vectors, forgeries, and everything that may not break a genuine request."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import pytest

from messaging.providers.signature import is_genuine, sign

URL = "https://snoutos.example/webhooks/twilio/inbound"
TOKEN, OTHER = "a" * 32, "b" * 32
TEXT = {
    "MessageSid": "SM" + "1" * 32,
    "From": "+14155550111",
    "To": "+14155550100",
    "Body": "Hi 🐶 + friends & co",
}


def genuine(
    params: Mapping[str, str], signature: str, *, url: str = URL, tokens: tuple[str, ...] = (TOKEN,)
) -> bool:
    return is_genuine(url=url, params=params, signature=signature, tokens=tokens)


def test_the_vector_of_the_providers_documentation() -> None:
    """https://www.twilio.com/docs/usage/security: token 12345."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert sign(url=url, params=params, token="12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert genuine(params, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", url=url, tokens=("12345",))


@pytest.mark.parametrize(
    "params",
    [
        TEXT,
        TEXT | {"Body": "1+1=2 ＋ plus+plus"},
        TEXT | {"Body": ""},
        TEXT | {"FromCity": "", "ToCity": "", "MessagingServiceSid": "MG" + "2" * 32},
        TEXT | {"Body": "  leading, trailing \r\n"},
        TEXT | {"Body": "nul \x00 inside"},
        TEXT | {"Body": "👩‍👩‍👧‍👦 café e\u0301 你好 עברית"},
        {},
    ],
)
def test_what_was_signed_is_genuine_after_the_trip_as_a_form(params: dict[str, str]) -> None:
    signature = sign(url=URL, params=params, token=TOKEN)
    arrived = dict(parse_qsl(urlencode(params), keep_blank_values=True))
    assert genuine(arrived, signature)
    assert not genuine(arrived, signature, tokens=(OTHER,))


@pytest.mark.parametrize(
    "changed",
    [
        TEXT | {"Body": "Hi 🐶 + friends & co."},
        TEXT | {"Body": TEXT["Body"].lower()},
        TEXT | {"From": "+14155550112"},
        TEXT | {"Extra": "1"},
        {key: value for key, value in TEXT.items() if key != "Body"},
        TEXT | {"body": TEXT["Body"]},
    ],
)
def test_any_change_of_a_parameter_is_a_forgery(changed: dict[str, str]) -> None:
    assert not genuine(changed, sign(url=URL, params=TEXT, token=TOKEN))


def test_a_dropped_empty_field_is_no_change_that_the_scheme_can_see_only_in_its_name() -> None:
    signed = TEXT | {"FromCity": ""}
    signature = sign(url=URL, params=signed, token=TOKEN)
    assert genuine(signed, signature)
    assert not genuine(TEXT, signature)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        (URL, True),
        (URL.replace("snoutos.example", "snoutos.example:443"), True),  # the library forgives the port
        (URL.replace("https", "http"), False),
        (URL + "/", False),
        (URL + "?a=1", False),
        (URL.replace("snoutos", "evil"), False),
        (URL.replace("inbound", "status/token"), False),
    ],
)
def test_the_address_is_part_of_what_is_signed(url: str, same: bool) -> None:
    assert genuine(TEXT, sign(url=URL, params=TEXT, token=TOKEN), url=url) is same


def test_the_retry_settings_in_the_fragment_are_not_signed() -> None:
    assert sign(url=URL + "#rc=5&rp=all", params=TEXT, token=TOKEN) == sign(url=URL, params=TEXT, token=TOKEN)


def test_the_previous_token_is_good_while_it_is_kept() -> None:
    signature = sign(url=URL, params=TEXT, token=OTHER)
    assert genuine(TEXT, signature, tokens=(TOKEN, OTHER))
    assert not genuine(TEXT, signature, tokens=(TOKEN, ""))


@pytest.mark.parametrize("signature", ["", "x", "=" * 28, "é" * 28, "a" * 100_000])
def test_nonsense_is_no_signature(signature: str) -> None:
    assert not genuine(TEXT, signature)


def test_no_token_means_nobody_is_genuine() -> None:
    empty = sign(url=URL, params=TEXT, token="")
    assert not genuine(TEXT, empty, tokens=())
    assert not genuine(TEXT, empty, tokens=("",))


def test_what_no_provider_could_have_signed_is_refused_without_an_error() -> None:
    assert not genuine({"Body": "\ud83d"}, "a" * 28)
    assert not genuine(TEXT, "a" * 28, url="https://snoutos.example:99999/x")
    assert not genuine(TEXT, "a" * 28, url="https://[half/x")
