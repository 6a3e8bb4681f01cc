# SPDX-License-Identifier: MIT
"""A mail server that keeps what it gets, for tests of mails: RFC 5321 as far as a client may rely on it."""
import dataclasses
import socketserver
import threading

import hawser


@dataclasses.dataclass
class Mail:
    hello: str
    sender: str
    to: list
    text: str


class _Dialog(socketserver.StreamRequestHandler):
    timeout = 10

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def hear(self):
        line = self.rfile.readline(2000)
        if not line.endswith(b"\r\n"):
            raise ConnectionError(f"a line that does not end in CR LF: {line!r}")
        return line[:-2].decode()

    def handle(self):
        try:
            self.serve()
        except OSError as error:
            self.server.failures.append(str(error))

    def serve(self):
        self.say("220 lab ESMTP")
        hello, sender, to = "", "", []
        while True:
            line = self.hear()
            verb, _, rest = line.partition(" ")
            if verb in ("EHLO", "HELO"):
                hello = rest
                self.say("250-lab")
                self.say("250 8BITMIME")
            elif line.startswith("MAIL FROM:<"):
                sender = line[11:].split(">")[0]
                self.say("250 ok")
            elif line.startswith("RCPT TO:<"):
                to.append(line[9:].split(">")[0])
                self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                lines = []
                while (text := self.hear()) != ".":
                    lines.append(text[1:] if text.startswith("..") else text)
                self.server.keep(Mail(hello, sender, to, "\n".join(lines)))
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("500 what?")


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, address):
        self.mails, self.failures = [], []
        self.changed = threading.Condition()
        super().__init__(address, _Dialog)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def keep(self, mail):
        with self.changed:
            self.mails.append(mail)
            self.changed.notify_all()

    def wait(self, text, deadline=hawser.DEADLINE):
        """The first mail with `text` in it."""
        def found():
            return next((mail for mail in self.mails if text in mail.text), None)
        with self.changed:
            if not self.changed.wait_for(found, deadline):
                raise AssertionError(f"no mail with '{text}': {self.mails} {self.failures}")
            return found()
