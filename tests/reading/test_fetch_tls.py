import shutil
import ssl
import subprocess

import pytest

from rag.errors import ReadError
from rag.reading.fetch import Fetcher
from tests.reading.server import Server

OPENSSL = shutil.which("openssl")


@pytest.mark.skipif(OPENSSL is None, reason="makes its certificate with the openssl program")
def test_the_certificate_must_name_the_host_though_the_connection_goes_to_a_number(tmp_path, monkeypatch):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=news.example", "-addext", "subjectAltName=DNS:news.example",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    names = []
    context.sni_callback = lambda connection, name, context: names.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetcher = Fetcher(allow_private=True, resolve=lambda host, port: ["127.0.0.1"])
    with Server(tls=context) as server:
        server.answers["/a"] = (b"x", "text/plain")
        fetched = fetcher.fetch(f"https://news.example:{server.port}/a")
        assert (fetched.body, fetched.url) == (b"x", f"https://news.example:{server.port}/a")
        with pytest.raises(ReadError, match=r"other\.example.*CERTIFICATE_VERIFY_FAILED"):
            fetcher.fetch(f"https://other.example:{server.port}/a")
    assert names == ["news.example", "other.example"]
    assert server.hosts == [f"news.example:{server.port}"]
