"""Drives the evidence vault from outside; see vault.sh.

usage: vault.py HUZHU SCRATCH MOTO_SERVER

Each step prints what it found; the first thing that is not as it must be ends the program.
"""

import base64
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid

HUZHU, SCRATCH, MOTO = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
PLAN = "demo-town"
MEMORY_LIMIT_KIB = 64 * 1024
GIGABYTE = 1_000_000_000
CONFIG = "[vault]\nfile_bytes = 1_100_000_000\nclaim_bytes = 2_000_000_000\n"
CONDITION = {"condition": "accident-injury", "severity": "mild", "accident": True}


def check(what, found, expected):
    if found != expected:
        sys.exit(f"vault: {what}: found {found!r}, expected {expected!r}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A platform over a data folder."""

    def __init__(self, data, env=None):
        self.data, self.env = pathlib.Path(data), {**os.environ, "RUST_LOG": "error", **(env or {})}
        self.log = SCRATCH / f"{self.data.name}.log"
        self.port = free_port()
        self.start()

    def start(self):
        command = [HUZHU, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", "--print-mail",
                   "--no-rate-limits"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=self.env)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit(f"vault: the server ended: {self.log.read_text(errors='replace')}")
                time.sleep(0.1)
        sys.exit("vault: no server")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def memory(self):
        """The largest resident memory so far in KiB."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", text).group(1))

    def send(self, method, path, body=None, token=None, headers=None, root="/api/v1"):
        """Answers status, headers and body; the body is read as a whole."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = dict(headers or {})
        if token:
            headers["authorization"] = f"Bearer {token}"
        try:
            connection.request(method, f"{root}{path}", body=body, headers=headers)
        except (BrokenPipeError, ConnectionResetError):
            pass  # Refused before all was sent: the answer is there.
        answer = connection.getresponse()
        found = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def json(self, method, path, body=None, token=None):
        """A JSON call that must succeed."""
        data = json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json"} if body is not None else {}
        status, _, answer = self.send(method, path, data, token, headers)
        if status >= 300:
            sys.exit(f"vault: {method} {path}: {status} {answer.decode()}")
        return json.loads(answer) if answer else None


def sign_in(server, names):
    for name in names:
        server.json("POST", "/sign-in/codes", {"address": f"{name}@example.org"})
    sessions = {}
    for name in names:
        address = f"{name}@example.org"
        for _ in range(200):
            log = server.log.read_text(errors="replace")
            codes = re.findall(rf"--- mail to {re.escape(address)}\n.*?\b(\d{{6}})\b", log, re.DOTALL)
            if codes:
                break
            time.sleep(0.1)
        sessions[name] = server.json("POST", "/sign-in", {"address": address, "code": codes[-1]})
    return sessions


def claim_of(server, token, n):
    """A member joins and drafts a claim."""
    questions = server.json("GET", f"/plans/{PLAN}")["questions"]
    answers = {question["code"]: not question["refuse_if"] for question in questions}
    enrolment, claim = f"enr_{uuid.uuid4().hex}", f"clm_{uuid.uuid4().hex}"
    person = {"name": f"Member {n}", "identity_number": f"X{n:08}", "birth": "1990-03-07", "sex": "female"}
    server.json("PUT", "/me/identity", person, token)
    consent = {"plan": PLAN, "version": 1, "history_shown": True, "mandate": True, "answers": answers}
    joined = server.json("POST", "/enrolments", {"enrolment": enrolment, **consent}, token)["joined"]
    today = str(datetime.datetime.now(datetime.timezone.utc).date())
    illness = {**CONDITION, "event_date": max(joined, today)}
    server.json("POST", "/claims", {"claim": claim, "enrolment": enrolment, "illness": illness}, token)
    return claim


def platform(name, env=None, config=CONFIG):
    data = SCRATCH / name
    subprocess.run([HUZHU, "admin", "publish-plan", "--data", str(data), str(SCRATCH / "plan.toml")], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    (data / "huzhu.toml").write_text(config)
    return Server(data, env)


class Content:
    """Bytes that follow from a seed, made while they are read: a PDF by its first bytes."""

    def __init__(self, length, seed, head=b"%PDF-1.7\n"):
        self.length, self.at, self.head = length, 0, head
        self.block = hashlib.shake_256(seed).digest(1 << 20)

    def slice(self, start, end):
        out = bytearray()
        while start < end:
            if start < len(self.head):
                part = self.head[start:end]
            else:
                within = start % len(self.block)
                part = self.block[within:within + end - start]
            out += part
            start += len(part)
        return bytes(out)

    def read(self, size=-1):
        end = self.length if size < 0 else min(self.length, self.at + size)
        part = self.slice(self.at, end)
        self.at = end
        return part

    def digest(self, salt=b""):
        sum_, at = hashlib.sha256(salt), 0
        while at < self.length:
            end = min(self.length, at + (1 << 22))
            sum_.update(self.slice(at, end))
            at = end
        return sum_.hexdigest()


def put(server, token, claim, content, media="application/pdf", evidence=None):
    evidence = evidence or f"evd_{uuid.uuid4().hex}"
    headers = {"content-type": media, "content-length": str(content.length)}
    status, _, body = server.send("PUT", f"/claims/{claim}/evidence/{evidence}", content, token, headers)
    return evidence, status, json.loads(body)


def announce(server, token, claim, length):
    """Says that so many bytes will come, and waits for what the server thinks of it."""
    headers = {"content-type": "application/pdf", "content-length": str(length)}
    status, _, body = server.send("PUT", f"/claims/{claim}/evidence/evd_{uuid.uuid4().hex}", None, token, headers)
    return status, json.loads(body)


def get(server, token, claim, evidence, part=None):
    headers = {"range": part} if part else {}
    return server.send("GET", f"/claims/{claim}/evidence/{evidence}", token=token, headers=headers)


def files(data):
    """What the vault keeps on disk: names and lengths."""
    return sorted((p.parent.name, p.name, p.stat().st_size)
                  for folder in ("evidence", "uploads") for p in (data / folder).glob("*"))


def gigabyte(server, token, claim):
    content = Content(GIGABYTE, b"gigabyte")
    begun = time.monotonic()
    evidence, status, receipt = put(server, token, claim, content)
    took = time.monotonic() - begun
    check("1 GB is taken", (status, receipt.get("bytes")), (201, GIGABYTE))
    memory = server.memory()
    view = server.json("GET", f"/claims/{claim}", token=token)
    salt = bytes.fromhex(next(e["salt"] for e in view["evidence"] if e["evidence"] == evidence))
    check("the digest of 1 GB", receipt["digest"], content.digest(salt))
    for part, start, end in [("bytes=0-9", 0, 10), ("bytes=999999990-", 999_999_990, GIGABYTE),
                             ("bytes=500000000-501000000", 500_000_000, 501_000_001), ("bytes=-7", GIGABYTE - 7, GIGABYTE)]:
        status, headers, body = get(server, token, claim, evidence, part)
        check(part, (status, headers["content-range"]), (206, f"bytes {start}-{end - 1}/{GIGABYTE}"))
        check(f"{part}: content", body, content.slice(start, end))
    status, headers, _ = get(server, token, claim, evidence, f"bytes={GIGABYTE}-")
    check("a part beyond the end", (status, headers["content-range"]), (416, f"bytes */{GIGABYTE}"))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
    connection.request("GET", f"/api/v1/claims/{claim}/evidence/{evidence}", headers={"authorization": f"Bearer {token}"})
    answer, sum_ = connection.getresponse(), hashlib.sha256()
    check("sent as a file", answer.getheader("content-disposition").startswith("attachment"), True)
    check("not sniffed", answer.getheader("x-content-type-options"), "nosniff")
    check("in a sandbox", "sandbox" in answer.getheader("content-security-policy"), True)
    while piece := answer.read(1 << 20):
        sum_.update(piece)
    check("1 GB comes back", sum_.hexdigest(), content.digest())
    memory = max(memory, server.memory())
    print(f"vault: 1 GB in {took:.1f} s; largest resident memory of the server {memory} KiB (limit {MEMORY_LIMIT_KIB})")
    check("memory", memory < MEMORY_LIMIT_KIB, True)


TUS = {"tus-resumable": "1.0.0"}
PART = {**TUS, "content-type": "application/offset+octet-stream"}


def begin(server, token, claim, length):
    headers = {**TUS, "upload-length": str(length)}
    status, headers, body = server.send("POST", f"/claims/{claim}/uploads", b"", token, headers)
    return status, headers.get("location", ""), headers, body


def offset(server, token, place):
    status, headers, _ = server.send("HEAD", place, token=token, headers=TUS, root="")
    return status, int(headers.get("upload-offset", -1))


def patch(server, token, place, at, body, more=None):
    headers = {**PART, "upload-offset": str(at), **(more or {})}
    return server.send("PATCH", place, body, token, headers, root="")


def resumable(server, token, stranger, claim):
    content = Content(50_000_000, b"fifty")
    status, place, headers, _ = begin(server, token, claim, content.length)
    check("an upload begins", (status, "upload-expires" in headers), (201, True))
    # A line that dies in the middle of a part, and a platform that dies with it.
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        head = (f"PATCH {place} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ntus-resumable: 1.0.0\r\n"
                f"content-type: application/offset+octet-stream\r\nupload-offset: 0\r\ncontent-length: 40000000\r\n\r\n")
        line.sendall(head.encode() + content.slice(0, 22_000_000))
        for _ in range(1200):
            said = offset(server, token, place)[1]
            if said >= 16_000_000:
                break
            time.sleep(0.1)
        server.kill()
    server.start()
    status, at = offset(server, token, place)
    check("the upload is there after kill -9", status, 200)
    check("what was said to be kept is kept", 16_000_000 <= said <= at <= 22_000_000, True)
    print(f"vault: kill -9 while 22,000,000 bytes were on their way; {at:,} are kept")
    check("another offset is refused", patch(server, token, place, at + 1, b"x")[0], 409)
    check("another version is refused",
          server.send("HEAD", place, token=token, headers={"tus-resumable": "0.2.2"}, root="")[0], 412)
    check("another media type is refused",
          server.send("PATCH", place, b"x", token, {**PART, "upload-offset": str(at), "content-type": "text/plain"},
                      root="")[0], 415)
    wrong = base64.b64encode(hashlib.sha1(b"other").digest()).decode()
    check("a wrong check sum is refused",
          patch(server, token, place, at, content.slice(at, at + 5000), {"upload-checksum": f"sha1 {wrong}"})[0], 460)
    check("and keeps nothing", offset(server, token, place)[1], at)
    for what, found in [
        ("HEAD", offset(server, stranger, place)[0]),
        ("PATCH", patch(server, stranger, place, at, b"x")[0]),
        ("DELETE", server.send("DELETE", place, token=stranger, headers=TUS, root="")[0]),
    ]:
        check(f"{what} of a stranger", found, 404)
    while at < content.length:
        body = content.slice(at, min(content.length, at + 8_000_000))
        sum_ = base64.b64encode(hashlib.sha1(body).digest()).decode()
        status, headers, answer = patch(server, token, place, at, body, {"upload-checksum": f"sha1 {sum_}"})
        check(f"a part at {at}: {answer}", status, 204)
        at = int(headers["upload-offset"])
    check("a lost last answer does no harm", offset(server, token, place), (200, content.length))
    evidence = place.rsplit("/", 1)[1]
    status, _, body = get(server, token, claim, evidence)
    check("the upload is evidence", (status, hashlib.sha256(body).hexdigest()), (200, content.digest()))
    status, place, _, _ = begin(server, token, claim, 1000)
    patch(server, token, place, 0, b"%PDF-1.4 something")
    check("an upload is given up", server.send("DELETE", place, token=token, headers=TUS, root="")[0], 204)
    check("and gone", offset(server, token, place)[0], 404)
    return evidence, content


def refusals(server, token, stranger, claim, evidence):
    before = files(server.data)
    zipped = Content(5_000_000, b"zip", b"PK\x03\x04\x14\x00stored.pdf%PDF-1.4")
    html = Content(5_000_000, b"html", b"<!doctype html><title>invoice.pdf</title>%PDF-1.4")
    picture = Content(200_000_000, b"picture", b"\xff\xd8\xff\xe0\x00\x10JFIF")
    for what, content, media, code in [
        ("a ZIP", zipped, "application/pdf", "file-type"),
        ("an HTML file", html, "application/pdf", "file-type"),
        ("a picture of 200 MB", picture, "image/jpeg", "picture-too-large"),
        ("an empty file", Content(0, b""), "application/pdf", "file-empty"),
    ]:
        _, status, problem = put(server, token, claim, content, media)
        check(what, (status, problem["errors"][0]["code"]), (422, code))
        print(f"vault: {what}: {problem['errors'][0]['message']}")
    status, problem = announce(server, token, claim, 1_200_000_000)
    check("1.2 GB", (status, problem["errors"][0]["code"]), (422, "file-too-large"))
    print(f"vault: 1.2 GB: {problem['errors'][0]['message']}")
    status, problem = announce(server, token, claim, GIGABYTE)
    check("more than a claim takes", (status, problem["code"]), (409, "claim-evidence-too-large"))
    print(f"vault: the second GB: {problem['detail']}")
    check("an upload of 1.2 GB", begin(server, token, claim, 1_200_000_000)[0], 413)
    status, place, _, _ = begin(server, token, claim, 200_000_000)
    check("an upload of 200 MB", status, 201)
    check("that is a picture", patch(server, token, place, 0, picture.slice(0, 100_000))[0], 413)
    check("is ended", offset(server, token, place)[0], 404)
    # The form of the portal, with names that lead elsewhere.
    for name, body, expected in [("../../../evil.pdf", b"%PDF-1.4 fine", 303), ("..\\evil.pdf", b"<html>", 422),
                                 ("/etc/passwd", b"PK\x03\x04", 422)]:
        mark = uuid.uuid4().hex
        form = (f'--{mark}\r\ncontent-disposition: form-data; name="key"\r\n\r\n{uuid.uuid4()}\r\n--{mark}\r\n'
                f'content-disposition: form-data; name="file"; filename="{name}"\r\ncontent-type: application/pdf\r\n\r\n')
        data = form.encode() + body + f"\r\n--{mark}--\r\n".encode()
        headers = {"content-type": f"multipart/form-data; boundary={mark}", "cookie": f"huzhu-session={token}"}
        status, _, _ = server.send("POST", f"/me/claims/{claim}/files", data, None, headers, root="")
        check(f"a form with a file {name}", status, expected)
    for trick in ["..%2f..%2fhuzhu.db", "%2e%2e", "evd_../../huzhu.db", "huzhu.db"]:
        for method in ["GET", "PUT"]:
            status, _, _ = server.send(method, f"/claims/{claim}/evidence/{trick}", b"%PDF-1.4", token,
                                       {"content-type": "application/pdf"})
            check(f"{method} {trick}", status, 404)
    for method, body in [("GET", None), ("DELETE", None), ("PUT", b"%PDF-1.4")]:
        status, _, _ = server.send(method, f"/claims/{claim}/evidence/{evidence}", body, stranger,
                                   {"content-type": "application/pdf"})
        check(f"{method} of another member's evidence", status, 404)
    after = files(server.data)
    check("the refused left nothing behind", len(after), len(before) + 1)  # the one good file of the form
    check("nothing lies elsewhere", list(SCRATCH.rglob("*evil*")) + list(SCRATCH.rglob("*passwd*")), [])


def erasure(server, token, member, claim, evidence, content):
    server.json("POST", f"/claims/{claim}/withdraw", token=token)
    server.stop()
    data, backup = server.data, SCRATCH / "backup"
    shutil.copytree(data, backup, ignore=shutil.ignore_patterns("vault.keys", "instance.secret", "huzhu.lock"))
    subprocess.run([HUZHU, "admin", "erase", "--data", str(data), member, "--yes"], check=True)
    check("no file of the person is left", files(data), [])
    marks = [content.slice(0, 64), content.slice(1_000_000, 1_000_064), content.slice(49_999_000, 49_999_064)]
    for folder in (data, backup):
        for path in folder.rglob("*"):
            if path.is_file():
                held = path.read_bytes() if path.stat().st_size < 200_000_000 else b""
                check(f"no plaintext in {path.name}", any(mark in held for mark in marks), False)
    # The backup with all keys that remain: the person's rows are back, the file is not.
    for name in ("vault.keys", "instance.secret"):
        shutil.copy(data / name, backup / name)
    check("the backup has the file's bytes", len(files(backup)) > 0, True)
    again = Server(backup)
    status, _, body = get(again, token, claim, evidence)
    check("the file in the backup does not open", (status >= 500, any(mark in body for mark in marks)), (True, False))
    again.stop()
    print(f"vault: after erasing, the backup answers {status} for the file, with every key that remains")


def bucket():
    import boto3

    port = free_port()
    moto = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        address = f"http://127.0.0.1:{port}"
        env = {"AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true", "AWS_ACCESS_KEY_ID": "test",
               "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
        s3 = boto3.client("s3", endpoint_url=address, aws_access_key_id="test", aws_secret_access_key="test",
                          region_name="us-east-1")
        s3.create_bucket(Bucket="evidence")
        server = platform("cloud", env, '[vault]\nurl = "s3://evidence/platform"\n')
        token = sign_in(server, ["ann"])["ann"]["token"]
        claim = claim_of(server, token, 1)
        kept = {}
        for length in (12, 3_000_000, 40_000_000):
            content = Content(length, b"bucket")
            evidence, status, answer = put(server, token, claim, content)
            check(f"{length} bytes into the bucket: {answer}", status, 201)
            kept[evidence] = content
        objects = s3.list_objects_v2(Bucket="evidence").get("Contents", [])
        check("objects", sorted(o["Key"].startswith("platform/") for o in objects), [True] * 3)
        for one in objects:
            held = s3.get_object(Bucket="evidence", Key=one["Key"])["Body"].read()
            check("no plaintext in the bucket", b"%PDF" in held or Content(0, b"bucket").block[:64] in held, False)
        check("no upload in parts is left", s3.list_multipart_uploads(Bucket="evidence").get("Uploads", []), [])
        check("nothing stays on the disk", files(server.data), [])
        server.kill()
        server.start()
        for evidence, content in kept.items():
            status, _, body = get(server, token, claim, evidence)
            check("a file comes back", (status, hashlib.sha256(body).hexdigest()), (200, content.digest()))
        evidence = list(kept)[2]
        status, _, body = get(server, token, claim, evidence, "bytes=20000000-20000099")
        check("a part comes back", (status, body), (206, content.slice(20_000_000, 20_000_100)))
        status, _, _ = server.send("DELETE", f"/claims/{claim}/evidence/{evidence}", token=token)
        check("a file is taken back", status, 200)
        check("and its object is gone", len(s3.list_objects_v2(Bucket="evidence").get("Contents", [])), 2)
        print(f"vault: a bucket on a real S3 server; largest resident memory of the platform {server.memory()} KiB")
        server.stop()
    finally:
        moto.terminate()
        moto.wait()


def main():
    server = platform("home")
    try:
        sessions = sign_in(server, ["ann", "ben"])
        token, stranger = sessions["ann"]["token"], sessions["ben"]["token"]
        claim = claim_of(server, token, 1)
        gigabyte(server, token, claim)
        evidence, content = resumable(server, token, stranger, claim)
        refusals(server, token, stranger, claim, evidence)
        erasure(server, token, sessions["ann"]["member"], claim, evidence, content)
    finally:
        if server.process.poll() is None:
            server.kill()
    bucket()
    print("vault: all as it must be")


main()
