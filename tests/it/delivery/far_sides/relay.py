"""A relay that fails as it is told: aiosmtpd, with faults.

The sender's local part says what becomes of a mail: "ok", or one of the fates below; with --now-and-then, chance does,
for that share of the attempts. Faults of the relay itself are options. Each stored mail is a JSON line in the file given by --store. The port is printed when it listens.
"""

import argparse
import asyncio
import base64
import json
import os
import random
import ssl
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

FOREVER = 3600


class Relay(SMTP):
    def __init__(self, options, *args, **kwargs):
        self.options = options
        super().__init__(*args, **kwargs)

    async def cut(self):
        self.transport.abort()
        await asyncio.sleep(FOREVER)

    def fate(self):
        if self.options.now_and_then:
            return getattr(self.envelope, "fate", "ok")
        return (self.envelope.mail_from or "").partition("@")[0]

    async def push(self, status):
        if self.options.odd:
            # As some relays do: no words at all, or words in Latin 1.
            text = status if isinstance(status, str) else status.decode()
            if text.startswith("250 OK"):
                status = b"250"
            else:
                status = text.encode() + (b" f\xfcr Sie" if text[3:4] == " " else b"")
        await super().push(status)

    async def _handle_client(self):
        greeting = self.options.greeting
        if greeting == "cut":
            return self.transport.abort()
        if greeting == "slow":
            return await asyncio.sleep(FOREVER)
        if greeting in ("554", "421"):
            await self.push(f"{greeting} no service here")
            return self.transport.close()
        if greeting == "http":
            await self.push("HTTP/1.1 400 Bad Request")
            return self.transport.close()
        await super()._handle_client()

    async def smtp_EHLO(self, hostname):
        if self.options.hello == "cut":
            await self.cut()
        if self.options.hello == "slow":
            await asyncio.sleep(FOREVER)
        if self.options.hello == "502":
            return await self.push("502 not implemented")
        await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg):
        if self.options.starttls_fault == "inject":
            # What somebody on the way would slip in, hoping that it is believed once all is encrypted.
            self._writer.write(b"220 ready\r\n250-evil\r\n250 AUTH PLAIN\r\n235 ok\r\n")
            return await asyncio.sleep(FOREVER)
        if self.options.starttls_fault == "454":
            return await self.push("454 not now")
        await super().smtp_STARTTLS(arg)

    async def smtp_MAIL(self, arg):
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg):
        fate = self.fate()
        if fate == "data-451":
            return await self.push("451 4.3.0 later")
        if fate == "data-550":
            return await self.push("550 5.6.0 not like this")
        if fate == "data-cut":
            await self.cut()
        if fate == "data-slow":
            await asyncio.sleep(FOREVER)
        if fate == "content-cut":
            await self.push("354 go on")
            await self.cut()
        if fate == "content-552":
            await self.push("354 go on\r\n552 5.3.4 that is enough")
            return self.transport.close()
        await super().smtp_DATA(arg)


NOW_AND_THEN = (
    "sender-cut", "rcpt-451", "rcpt-cut", "data-451", "data-cut", "content-cut", "dot-451", "dot-cut-stored",
    "dot-cut-unstored", "dot-slow-stored", "rcpt-550",
)
ANSWERS_LOST = ("content-cut", "dot-cut-stored", "dot-cut-unstored", "dot-slow-stored")


class Fates:
    def __init__(self, store):
        self.store = open(store, "a", encoding="ascii") if store else None
        self.lost = open(store + ".lost", "a", encoding="ascii") if store else None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        if server.options.pipelining:
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        session.mails = getattr(session, "mails", 0) + 1
        most = server.options.mails_per_connection
        fate = address.partition("@")[0]
        if server.options.now_and_then:
            by_chance = random.random() < server.options.now_and_then
            fate = envelope.fate = random.choice(NOW_AND_THEN) if by_chance else "ok"
            if fate in ANSWERS_LOST and self.lost:
                self.lost.write(fate + "\n")
                self.lost.flush()
        if fate == "sender-cut" or (most and session.mails > most and server.options.too_many == "cut"):
            await server.cut()
        if most and session.mails > most:
            return "421 4.7.0 too many"
        if fate == "sender-slow":
            await asyncio.sleep(FOREVER)
        if fate in ("sender-550", "sender-451", "sender-552"):
            status = {"550": "5.7.1 not you", "451": "4.7.1 slowly", "552": "5.3.4 too large"}[fate[-3:]]
            return f"{fate[-3:]} {status}"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        fate = server.fate()
        if fate == "rcpt-550":
            return f"550 5.1.1 <{address}>: no such mailbox"
        if fate == "rcpt-550-policy":
            return "550 5.7.1 no such user, says our list"
        if fate == "rcpt-550-plain":
            return f"550 No such user {address}"
        if fate == "rcpt-451":
            return "451 4.7.1 greylisted"
        if fate == "rcpt-421":
            return "421 4.3.2 going down"
        if fate == "rcpt-cut":
            await server.cut()
        if fate == "rcpt-slow":
            await asyncio.sleep(FOREVER)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def keep(self, envelope):
        if self.store:
            mail = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": base64.b64encode(envelope.content).decode()}
            self.store.write(json.dumps(mail) + "\n")
            self.store.flush()

    async def handle_DATA(self, server, session, envelope):
        fate = server.fate()
        if fate == "dot-451":
            return "451 4.3.0 disk full"
        if fate == "dot-550":
            return "554 5.7.1 not wanted"
        if fate == "dot-421":
            return "421 4.3.2 going down"
        if fate == "dot-cut-unstored":
            await server.cut()
        if fate == "dot-slow-unstored":
            await asyncio.sleep(FOREVER)
        self.keep(envelope)
        if fate == "dot-cut-stored":
            await server.cut()
        if fate == "dot-slow-stored":
            await asyncio.sleep(FOREVER)
        if fate == "dot-garbled-stored":
            return "yes"
        await asyncio.sleep(server.options.answer_after)
        return "250 2.0.0 OK: queued as 1A2B"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store")
    parser.add_argument("--tls", choices=["implicit", "starttls"])
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--login", choices=["PLAIN", "LOGIN", "CRAM-MD5"])
    parser.add_argument("--pipelining", action="store_true")
    parser.add_argument("--now-and-then", type=float)
    parser.add_argument("--odd", action="store_true")
    parser.add_argument("--greeting")
    parser.add_argument("--hello")
    parser.add_argument("--starttls-fault")
    parser.add_argument("--mails-per-connection", type=int)
    parser.add_argument("--too-many", default="421")
    parser.add_argument("--answer-after", type=float, default=0)
    options = parser.parse_args()

    context = None
    if options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
    fates = Fates(options.store)

    def authenticate(server, session, envelope, mechanism, data):
        success = (data.login, data.password) == (b"shop", "päss wörd".encode())
        return AuthResult(success=success, handled=False)

    def relay():
        return Relay(
            options,
            fates,
            hostname="relay.example",
            enable_SMTPUTF8=False,
            loop=asyncio.get_running_loop(),
            tls_context=context if options.tls == "starttls" or options.starttls_fault else None,
            auth_required=options.login is not None,
            auth_require_tls=False,
            auth_exclude_mechanism={"PLAIN", "LOGIN"} - {options.login},
            authenticator=authenticate,
            command_call_limit=None,
        )

    implicit = context if options.tls == "implicit" else None
    server = await asyncio.get_running_loop().create_server(relay, "127.0.0.1", 0, ssl=implicit)
    print(server.sockets[0].getsockname()[1], flush=True)
    # It ends with whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, os.read, 0, 1)


if __name__ == "__main__":
    import logging

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    try:
        asyncio.run(main())
    finally:
        os._exit(0)
