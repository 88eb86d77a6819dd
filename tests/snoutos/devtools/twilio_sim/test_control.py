"""The control API, the page, the command line, and what of the provider's API the adapter does not use."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from twilio.rest import Client  # type: ignore[import-untyped,unused-ignore]

from messaging.providers.base import Accepted, OutgoingText, Refused
from messaging.providers.twilio import TwilioProvider
from snoutos.devtools.twilio_sim.faults import NAMES, BadFault, Fault, Faults, parse, parse_flag
from snoutos.devtools.twilio_sim.testing import SimulatorClient, SimulatorError, running_simulator
from tests.snoutos.devtools.twilio_sim.application import Application
from tests.snoutos.devtools.twilio_sim.numbers import ACCOUNT, CLIENT, DESK, TOKEN

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (3, Fault(count=3)),
        (0.25, Fault(probability=0.25)),
        (True, Fault(probability=1)),
        (False, Fault()),
        (None, Fault()),
        ({"count": 2, "to": CLIENT}, Fault(count=2, to=CLIENT)),
    ],
)
def test_a_fault_is_a_count_a_chance_or_both_described(value: object, fault: Fault) -> None:
    assert parse("rate429", value) == fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate42", 1),
        ("rate429", "x"),
        ("rate429", {"often": 1}),
        ("rate429", -1),
        ("rate429", 1.5),
        ("error", {"code": "x"}),
    ],
)
def test_a_wrong_fault_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadFault):
        parse(name, value)


def test_flags_of_the_command_line() -> None:
    assert parse_flag("rate429=2") == {"rate429": 2}
    assert parse_flag("fail_after=0.03") == {"fail_after": 0.03}
    assert parse_flag("error=2:21610") == {"error": {"count": 2, "code": 21610}}
    assert parse_flag("latency=1") == {"latency": 1.0}
    with pytest.raises(BadFault):
        parse_flag("error=two")


def test_chance_repeats_for_a_seed() -> None:
    def fired(seed: int) -> list[bool]:
        faults = Faults(seed=seed)
        faults.update({"rate429": 0.5})
        return [faults.fires("rate429") is not None for _ in range(50)]

    assert fired(1) == fired(1)
    assert fired(1) != fired(2)
    assert 10 < sum(fired(1)) < 40


def test_a_wrong_change_of_faults_changes_nothing(sim: SimulatorClient) -> None:
    sim.set_faults(rate429=2)
    before = sim._get("faults")
    for wrong in ({"silent": 1, "nonsense": 1}, {"silent": 1, "latency": -1}):
        with pytest.raises(SimulatorError):
            sim.set_faults(**wrong)
    assert sim._get("faults") == before
    assert set(before["faults"]) == NAMES
    sim.clear_faults()
    assert not any(one["count"] for one in sim._get("faults")["faults"].values())


def test_a_fault_can_be_kept_for_one_phone(sim: SimulatorClient, provider: TwilioProvider) -> None:
    sim.set_faults(rate429={"probability": 1.0, "to": CLIENT})
    assert isinstance(provider.send(OutgoingText(sender=DESK, recipient=CLIENT, body="Hi")), Refused)
    assert isinstance(provider.send(OutgoingText(sender=DESK, recipient="+14155550133", body="Hi")), Accepted)


@pytest.mark.parametrize(
    ("path", "kind"), [("", "text/html"), ("phones.css", "text/css"), ("phones.js", "text/javascript")]
)
def test_the_page_and_its_parts_are_served_from_here_alone(
    sim: SimulatorClient, path: str, kind: str
) -> None:
    response = requests.get(f"{sim.base_url}/_sim/{path}", timeout=5)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith(kind)
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "http://" not in response.text
    assert "https://" not in response.text
    assert "innerHTML" not in response.text


def test_addresses_lead_to_the_page(sim: SimulatorClient) -> None:
    for path in ("/", "/_sim"):
        assert requests.get(sim.base_url + path, timeout=5).url == f"{sim.base_url}/_sim/"


def test_only_json_drives_the_simulator(sim: SimulatorClient) -> None:
    """A form on another web page cannot send JSON without asking first."""
    for body in ({"from": CLIENT}, "{}"):
        assert requests.post(f"{sim.base_url}/_sim/reset", data=body, timeout=5).status_code == 415
    bad = requests.post(f"{sim.base_url}/_sim/texts", json=[1], timeout=5)
    assert bad.status_code == 400
    assert requests.get(f"{sim.base_url}/_sim/nothing", timeout=5).status_code == 404
    assert requests.post(f"{sim.base_url}/_sim/nothing", json={}, timeout=5).status_code == 404
    assert requests.delete(f"{sim.base_url}/_sim/texts", timeout=5).status_code == 405


def test_a_body_that_cannot_be_put_on_the_wire_is_mended(sim: SimulatorClient, app: Application) -> None:
    raw = '{"from": "+14155550111", "to": "+14155550100", "body": "half \\ud83d"}'
    headers = {"Content-Type": "application/json"}
    assert (
        requests.post(f"{sim.base_url}/_sim/texts", data=raw, headers=headers, timeout=5).status_code == 200
    )
    assert app.received[0].genuine


def test_phones_are_shown_with_their_texts(sim: SimulatorClient, provider: TwilioProvider) -> None:
    sim.add_phones({"e164": CLIENT, "name": "Dana", "role": "client"})
    sim.send_text(sender=CLIENT, recipient=DESK, body="<img src=x>")
    state = sim._get("state")
    assert state["phones"] == [{"e164": CLIENT, "name": "Dana", "role": "client"}]
    assert state["numbers"][0]["e164"] == DESK
    assert sim.phone_texts(CLIENT)[0].body == "<img src=x>"
    assert sim._get(f"phones/{CLIENT}/texts")[0]["answer"] == "200"
    sim.reset(keep_accounts=True)
    assert sim.phone_texts(CLIENT) == []
    assert sim._get("state")["phones"]


def library(sim: SimulatorClient, provider: TwilioProvider) -> Client:
    return provider._client


def test_numbers_can_be_searched_bought_and_released(sim: SimulatorClient, provider: TwilioProvider) -> None:
    client = library(sim, provider)
    found = client.available_phone_numbers("US").local.list(area_code="510", limit=3)
    assert len(found) == 3
    bought = client.incoming_phone_numbers.create(
        phone_number=found[0].phone_number, sms_url="https://x.example/in"
    )
    assert bought.phone_number in {one.e164 for one in provider.list_numbers()}
    assert found[0].phone_number not in {
        one.phone_number for one in client.available_phone_numbers("US").local.list(area_code="510")
    }
    assert bought.delete()
    assert bought.phone_number not in {one.e164 for one in provider.list_numbers()}


def test_scheduled_texts_wait_and_can_be_canceled(sim: SimulatorClient, provider: TwilioProvider) -> None:
    client = library(sim, provider)
    text = client.messages.create(to=CLIENT, from_=DESK, body="Later", schedule_type="fixed")
    assert sim.wait_idle()
    assert text.fetch().status == "scheduled"
    assert text.update(status="canceled").status == "canceled"
    assert text.delete()
    assert provider.fetch_text(text.sid) is None


def test_the_books_can_be_filtered_by_day(sim: SimulatorClient, provider: TwilioProvider) -> None:
    client = library(sim, provider)
    sim.send_text(sender=CLIENT, recipient=DESK, body="Hi")
    sent = client.messages.list()[0].date_sent
    assert len(client.messages.list(date_sent=sent.date())) == 1
    assert len(client.messages.list(date_sent_after=sent)) == 1
    assert not client.messages.list(date_sent_before=sent.replace(year=2000))


def test_accounts_do_not_see_each_other(sim: SimulatorClient, provider: TwilioProvider) -> None:
    other = "AC" + "b" * 32
    sim.add_account(sid=other, token="other-token")
    sid = sim.send_text(sender=CLIENT, recipient=DESK, body="Hi").sid
    base = f"{sim.base_url}/2010-04-01/Accounts"
    for path in (
        f"{ACCOUNT}/Messages/{sid}.json",
        f"{ACCOUNT}.json",
        "ACnobody.json",
        f"{ACCOUNT}/Nothing.json",
    ):
        response = requests.get(f"{base}/{path}", auth=(other, "other-token"), timeout=5)
        assert (response.status_code, response.json()["code"]) == (401, 20003)
    response = requests.get(f"{base}/{other}/Messages/{sid}.json", auth=(other, "other-token"), timeout=5)
    assert (response.status_code, response.json()["code"]) == (404, 20404)
    assert requests.get(f"{base}/{ACCOUNT}/Nothing.json", auth=(ACCOUNT, TOKEN), timeout=5).status_code == 404


@pytest.mark.processes
def test_it_runs_alone_from_a_configuration_and_ends_when_asked(tmp_path: Path) -> None:
    """No Django settings, no database, nothing but the file."""
    config = tmp_path / "sim.json"
    account = {"sid": ACCOUNT, "token": TOKEN, "numbers": [DESK]}
    config.write_text(
        json.dumps({"accounts": [account], "phones": [{"e164": CLIENT}], "faults": {"silent": 1}})
    )
    command = [sys.executable, "-m", "snoutos.devtools.twilio_sim", "--port", "0", "--config", str(config)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO")}
    with subprocess.Popen(
        [*command, "--fault", "rate429=1"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        sim = SimulatorClient(line.split()[3].rstrip(";"))
        try:
            assert sim.is_up()
            faults = sim._get("state")["faults"]
            assert (faults["silent"]["count"], faults["rate429"]["count"]) == (1, 1)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not sim.is_up()


@pytest.mark.processes
@pytest.mark.parametrize("flags", [["--fault", "nonsense=1"], ["--config", "/nowhere.json"]])
def test_it_says_in_a_sentence_why_it_cannot_start(flags: list[str]) -> None:
    command = [sys.executable, "-m", "snoutos.devtools.twilio_sim", "--port", "0", *flags]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("The simulator cannot start: ")
    assert len(done.stderr.splitlines()) == 1


def test_two_simulators_stand_side_by_side() -> None:
    with running_simulator() as one, running_simulator() as two:
        assert one.base_url != two.base_url
        one.add_phones({"e164": CLIENT})
        assert two._get("state")["phones"] == []
    assert not one.is_up()
