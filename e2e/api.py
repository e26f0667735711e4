"""Makes a small community through the JSON API, for schemathesis to find real things there.

usage: api.py ADDRESS SERVER_LOG FOLDER CONFIG

Signs people in with the codes that the server prints, makes staff, lets members join and file claims that stand in different
states. Writes one token per caller into FOLDER, and schemathesis.toml: CONFIG with the ids of real things, so that half of the
generated requests are about something that exists.
"""

import datetime
import json
import pathlib
import re
import sys
import time
import urllib.error
import urllib.request

ADDRESS, LOG, FOLDER, CONFIG = sys.argv[1:5]
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
PLAN = "demo-town"


def call(method, path, body=None, token=None, media="application/json"):
    """Sends a request that must succeed; answers the JSON."""
    headers = {"content-type": media} if body is not None else {}
    if token:
        headers["authorization"] = f"Bearer {token}"
    if body is not None and media == "application/json":
        body = json.dumps(body).encode()
    request = urllib.request.Request(f"{ADDRESS}/api/v1{path}", data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        sys.exit(f"api: {method} {path}: {error.code} {error.read().decode()}")


def mail_to(address):
    """The code in the newest mail to an address."""
    for _ in range(200):
        log = pathlib.Path(LOG).read_text(errors="replace")
        codes = re.findall(rf"--- mail to {re.escape(address)}\n.*?\b(\d{{6}})\b", log, re.DOTALL)
        if codes:
            return codes[-1]
        time.sleep(0.1)
    sys.exit(f"api: no mail to {address}")


def sign_in(names):
    """Everybody asks for a code first, since mail goes out in batches."""
    for name in names:
        call("POST", "/sign-in/codes", {"address": f"{name}@example.org"})
    sessions = {}
    for name in names:
        address = f"{name}@example.org"
        sessions[name] = call("POST", "/sign-in", {"address": address, "code": mail_to(address)})
    return sessions


def number(prefix, n):
    return f"{prefix}_0193000000007000800000000000{n:04x}"


STAFF = ["operator", "reviewer", "confirmer", "auditor"]
MEMBERS = ["member", "ben", "cleo", "dora"]
sessions = sign_in(STAFF + MEMBERS)
tokens = {name: session["token"] for name, session in sessions.items()}

log = pathlib.Path(LOG).read_text(errors="replace")
secret = re.search(r"\b[0-9a-f]{64}\b", log).group(0)
call("POST", "/first-operator", {"secret": secret}, tokens["operator"])
for name in STAFF[1:]:
    call("PUT", f"/staff/{sessions[name]['member']}/roles/{name}", token=tokens["operator"])

questions = call("GET", f"/plans/{PLAN}")["questions"]
answers = {question["code"]: not question["refuse_if"] for question in questions}
today = str(datetime.datetime.now(datetime.timezone.utc).date())
claims, enrolments, evidence = [], [], []
for n, name in enumerate(MEMBERS, start=1):
    token, enrolment, claim = tokens[name], number("enr", n), number("clm", n)
    person = {"name": f"{name.title()} Example", "identity_number": f"X{n:08}", "birth": "1990-03-07", "sex": "female"}
    call("PUT", "/me/identity", person, token)
    consent = {"plan": PLAN, "version": 1, "history_shown": True, "mandate": True, "answers": answers}
    joined = call("POST", "/enrolments", {"enrolment": enrolment, **consent}, token)["joined"]
    enrolments.append(enrolment)
    illness = {"condition": "accident-injury", "severity": "mild", "event_date": max(joined, today), "accident": True}
    call("POST", "/claims", {"claim": claim, "enrolment": enrolment, "illness": illness}, token)
    claims.append(claim)
    for file in range(2):
        evidence.append(number("evd", 16 * n + file))
        call("PUT", f"/claims/{claim}/evidence/{evidence[-1]}", PDF, token, "application/pdf")
# The claim of `member` stays a draft; the others go further and further.
for name, claim in list(zip(MEMBERS, claims))[1:]:
    call("POST", f"/claims/{claim}/report", token=tokens[name])
for claim in claims[2:]:
    call("POST", f"/claims/{claim}/take", token=tokens["reviewer"])
call("POST", f"/claims/{claims[3]}/recommendation", {"advice": "refuse", "reason": "condition-not-met"}, tokens["reviewer"])

for name, token in tokens.items():
    pathlib.Path(FOLDER, f"token-{name}").write_text(token)
real = {
    "plan": [PLAN],
    "claim": claims,
    "enrolment": enrolments,
    "evidence": evidence,
    "member": [sessions[name]["member"] for name in MEMBERS],
}
config = pathlib.Path(CONFIG).read_text()
for name, values in real.items():
    config += f"\n[dictionaries.{name}]\nvalues = {json.dumps(values)}\n"
config += "\n[parameters]\n"
for name in real:
    config += f'"path.{name}" = {{ dictionary = "{name}", probability = 0.5 }}\n'
pathlib.Path(FOLDER, "schemathesis.toml").write_text(config)
print(f"api: {len(tokens)} people signed in, {len(claims)} claims, {len(evidence)} files of evidence")
