"""A mail server that answers as it is told to: refuses, falls silent, or hangs up at a chosen moment."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

HANG_UP, SILENCE = "hang up", "silence"
USUAL = {
    "hello": "220 ready",
    "EHLO": "250 mail",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go",
    "dot": "250 kept",
    "RSET": "250 ok",
    "QUIT": "221 bye",
}


class Scripted(socketserver.ThreadingTCPServer):
    """`answers` may be changed at any time; `mails` are the bodies that came whole, whatever the answer was."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.answers = dict(USUAL)
        self.mails: list[bytes] = []
        self.senders: list[str] = []
        self.ended = threading.Event()
        self.connections = 0
        self.pause = 0.0  # seconds before it says that it keeps a mail


class _Conversation(socketserver.StreamRequestHandler):
    server: Scripted

    def handle(self) -> None:
        self.server.connections += 1
        if not self._answer("hello"):
            return
        while line := self._line():
            word = line[:4].decode("ascii", "replace").upper().strip()
            if word == "MAIL":
                self.server.senders.append(line.decode().partition("<")[2].partition(">")[0])
            if not self._answer(word):
                return
            if word == "DATA" and self.server.answers["DATA"].startswith("354"):
                if self.server.answers.get("body") == HANG_UP:
                    self.rfile.read(100)
                    return
                lines = []
                while (line := self._line()) not in (b".\r\n", b""):
                    lines.append(line)
                self.server.mails.append(b"".join(lines))
                time.sleep(self.server.pause)
                if not self._answer("dot"):
                    return
                if self.server.answers.get("after") == HANG_UP:
                    return
            if word == "QUIT":
                return

    def _line(self) -> bytes:
        try:
            return self.rfile.readline()
        except ConnectionResetError:  # the worker was killed
            return b""

    def _answer(self, moment: str) -> bool:
        answer = self.server.answers.get(moment, "500 what?")
        if answer == SILENCE:
            self.server.ended.wait(20)
        if answer in (HANG_UP, SILENCE):
            return False
        self.wfile.write(answer.encode() + b"\r\n")
        return True


@contextmanager
def scripted_server(settings, **answers: str) -> Iterator[Scripted]:
    with Scripted() as server:
        server.answers.update(answers)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        point_at(settings, server.server_address[1])
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()


def point_at(settings, port: int) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
