"""Webhooks with a foreign judge.

usage: webhooks.py PORT DATA SCRATCH      (HUZHU names the binary)

Starts the platform and a receiver that refuses each first try and lets some hang up; registers two endpoints, one with an
Ed25519 key; lets plans open and close; kills the server in between; rotates a secret. The library `standardwebhooks`, written
by others, judges every request that was taken.
"""

import base64
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

import nacl.signing
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

PORT, DATA, SCRATCH = sys.argv[1:4]
ADDRESS = f"http://127.0.0.1:{PORT}"
LOG = pathlib.Path(SCRATCH) / "server.log"
PLAN = "demo-town"


def fail(why):
    sys.exit(f"webhooks: {why}")


def check(condition, why):
    if not condition:
        fail(why)


# The receiver: the first try of every second event is refused, of every fourth it hangs up.
taken, tries = [], {}
lock = threading.Lock()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        name = headers["webhook-id"]
        with lock:
            tries[name] = tries.get(name, 0) + 1
            first = tries[name] == 1
            turn = len(tries) % 4
            if first and turn == 0:
                self.close_connection = True
                return
            if first and turn == 2:
                self.send_response(500)
                self.send_header("content-length", "0")
                self.end_headers()
                return
            taken.append((self.path, headers, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
HOOK = f"http://127.0.0.1:{receiver.server_port}"


def serve():
    """Starts the server and waits until it answers."""
    with LOG.open("a") as log:
        server = subprocess.Popen(
            [os.environ["HUZHU"], "serve", "--data", DATA, "--listen", f"127.0.0.1:{PORT}", "--print-mail",
             "--no-rate-limits"], stdout=log, stderr=log)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{ADDRESS}/readyz", timeout=5)
            return server
        except OSError:
            check(server.poll() is None, f"the server ended: {LOG.read_text()}")
            time.sleep(0.1)
    fail("the server does not answer")


def call(method, path, body=None, token=None):
    """Sends a request that must succeed; answers the JSON."""
    headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{ADDRESS}/api/v1{path}", data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        fail(f"{method} {path}: {error.code} {error.read().decode()}")


def wait(what, condition, seconds=300):
    for _ in range(seconds * 10):
        if condition():
            return
        time.sleep(0.1)
    fail(f"waited too long: {what}; taken {len(taken)}, tries {tries}")


def of(path):
    with lock:
        return [one for one in taken if one[0] == path]


server = serve()
try:
    call("POST", "/sign-in/codes", {"address": "operator@example.org"})
    code = re.compile(r"--- mail to operator@example.org\n.*?\b(\d{6})\b", re.DOTALL)
    wait("the code", lambda: code.search(LOG.read_text(errors="replace")))
    code = code.search(LOG.read_text(errors="replace")).group(1)
    token = call("POST", "/sign-in", {"address": "operator@example.org", "code": code})["token"]
    secret = re.search(r"\b[0-9a-f]{64}\b", LOG.read_text(errors="replace")).group(0)
    call("POST", "/first-operator", {"secret": secret}, token)

    hooks = {}
    for n, (path, asymmetric) in enumerate([("/plain", False), ("/both", True)]):
        made = call("POST", "/webhooks", {
            "webhook": f"whk_0193000000007000800000000000000{n}", "url": HOOK + path, "kinds": [],
            "asymmetric": asymmetric,
        }, token)
        hooks[path] = made
    check(all(made["secret"].startswith("whsec_") for made in hooks.values()), "no secret was shown")
    public = call("GET", f"/webhooks/{hooks['/both']['webhook']}", token=token)["public_key"]
    check(public.startswith("whpk_"), "no public key")

    # Ten events, a kill in the middle of their delivery, and as many again.
    def toggle(times):
        for n in range(times):
            call("PUT", f"/plans/{PLAN}/joining", {"open": n % 2 == 1}, token)

    toggle(10)
    wait("a first delivery", lambda: len(taken) > 2)
    server.send_signal(signal.SIGKILL)
    server.wait()
    server = serve()
    toggle(10)
    wait("twenty events at both", lambda: len({one[1]["webhook-id"] for one in of("/plain")}) >= 20
         and len({one[1]["webhook-id"] for one in of("/both")}) >= 20)

    # The foreign judge.
    def judge(path, secret):
        judged = Webhook(secret)
        events = {}
        for _, headers, body in of(path):
            judged.verify(body, headers)
            for changed, with_headers in [
                (body.replace("plan", "plam", 1), headers),
                (body, {**headers, "webhook-id": headers["webhook-id"] + "0"}),
            ]:
                try:
                    judged.verify(changed, with_headers)
                    fail("a changed request was accepted")
                except WebhookVerificationError:
                    pass
            check(len(body.encode()) < 20_000, "a body is too large")
            event = json.loads(body)
            check(sorted(event) == ["data", "timestamp", "type"], f"another shape: {body}")
            before = events.setdefault(headers["webhook-id"], body)
            check(before == body, "one id with two bodies")
        return events

    for path, made in hooks.items():
        events = judge(path, made["secret"])
        bodies = [json.loads(body) for body in events.values()]
        numbers = [body["data"]["number"] for body in bodies if body["data"].get("plan") == PLAN]
        check(len(numbers) == 20, f"{path}: {len(numbers)} events instead of 20")
        check(numbers == sorted(numbers), f"{path}: out of order: {numbers}")
        check(len(set(numbers)) == len(numbers), f"{path}: an event under two ids: {numbers}")

    # The Ed25519 signature, by a library of others.
    key = nacl.signing.VerifyKey(base64.b64decode(public.removeprefix("whpk_")))
    for _, headers, body in of("/both"):
        signatures = [one for one in headers["webhook-signature"].split(" ") if one.startswith("v1a,")]
        check(len(signatures) == 1, "no Ed25519 signature")
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
        key.verify(signed, base64.b64decode(signatures[0].removeprefix("v1a,")))

    # After a rotation both secrets open the next request.
    plain = hooks["/plain"]
    rotated = call("POST", f"/webhooks/{plain['webhook']}/secret", token=token)
    check(rotated["secret"] not in (None, plain["secret"]), "the secret is the old one")
    test = call("POST", f"/webhooks/{plain['webhook']}/test", token=token)["delivery"]
    wait("the test", lambda: any(one[1]["webhook-id"] == test for one in of("/plain")))
    _, headers, body = next(one for one in of("/plain") if one[1]["webhook-id"] == test)
    for secret in (plain["secret"], rotated["secret"]):
        Webhook(secret).verify(body, headers)

    # What was taken can be sent again by hand, under its id.
    call("POST", f"/webhooks/{plain['webhook']}/deliveries/{test}/resend", token=token)
    wait("the test again", lambda: sum(one[1]["webhook-id"] == test for one in of("/plain")) >= 2)
    text = LOG.read_text(errors="replace")
    check("panicked" not in text, "the server panicked")
    check("whsec_" not in text, "a secret stands in the log")
    database = b"".join(path.read_bytes() for path in pathlib.Path(DATA).glob("huzhu.db*"))
    for shown in (plain["secret"], rotated["secret"], hooks["/both"]["secret"]):
        raw = base64.b64decode(shown.removeprefix("whsec_"))
        check(shown.encode() not in database and raw not in database, "a secret stands in the database in clear")
    again = sum(count > 1 for count in tries.values())
    print(f"webhooks: {len(taken)} requests taken and judged good, {again} of {len(tries)} needed more than one try")
finally:
    server.kill()
    server.wait()
