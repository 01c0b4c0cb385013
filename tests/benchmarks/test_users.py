"""Several users at once: what is counted when a server breaks."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from benchmarks.users import load


class Moody(BaseHTTPRequestHandler):
    """Answers, refuses, and hangs up, in turn."""

    n = 0

    def log_message(self, *given):
        pass

    def do_POST(self):
        Moody.n += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        if Moody.n % 3 == 0:
            return
        self.send_response(200 if Moody.n % 3 == 1 else 503)
        self.end_headers()


def test_whatever_is_no_answer_is_an_error_and_the_user_asks_on():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        made = load(f"http://127.0.0.1:{server.server_address[1]}", ["Who met Ann?"], 1, 0.5)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert made["answers"] + made["errors"] == Moody.n > 3
    assert abs(made["errors"] - 2 * made["answers"]) <= 2
