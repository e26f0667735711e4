"""A time-stamp authority (RFC 3161) for tests: HTTP around `openssl ts -reply`.

    python tsa.py FOLDER PORT

Makes a key and a certificate in FOLDER (`tsa.pem`) at the first start, then answers POST requests on 127.0.0.1:PORT.
"""

import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

CONFIG = """
[ req ]
distinguished_name = dn
x509_extensions = ext
prompt = no
[ dn ]
CN = Test time-stamp authority
[ ext ]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ tsa ]
default_tsa = one
[ one ]
dir = .
serial = ./serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def prepare(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tsa.cnf").write_text(CONFIG)
    if not (folder / "tsa.pem").exists():
        (folder / "serial").write_text("01\n")
        openssl(
            folder, "req", "-x509", "-config", "tsa.cnf", "-newkey", "rsa:2048", "-nodes",
            "-keyout", "tsa.key", "-out", "tsa.pem", "-days", "2",
        )  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    prepare(folder)

    class Authority(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers.get("content-length", 0)))
            with tempfile.TemporaryDirectory() as scratch:
                asked, answer = Path(scratch) / "query.tsq", Path(scratch) / "answer.tsr"
                asked.write_bytes(query)
                openssl(
                    folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", str(asked),
                    "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", str(answer),
                )  # fmt: skip
                body = answer.read_bytes()
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    HTTPServer(("127.0.0.1", int(sys.argv[2])), Authority).serve_forever()


main()
