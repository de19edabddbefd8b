"""Carries out what is due: claims it, starts it, sends it, and says so. May be killed at any instant.

The far side here is a folder with one file, `sent.ndjson`, to which each message is appended: it recognises nothing that
comes twice, as most vendors don't. So a worker that dies between sending and saying so leaves a gesture UNCERTAIN, for a
person to find out about, and never sends anything twice. With `--deduplicates` each message is a file of its own, named
after its gesture, as with a vendor that takes an idempotency key: then nothing is left uncertain, since what nobody
answered for is simply sent again.

The worker keeps nothing between two runs. What it had claimed and not started is free again when its lease lapses.
"""

import argparse
import json
import os
import pathlib
import signal
import time
import uuid

import grpc

import contract

# What may pass by itself. Anything else is a mistake of ours, and should be seen.
PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
}
CALL_SECONDS = 10
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 5.0


class Outbox:
    """A far side that recognises nothing: whatever is handed to it twice is there twice."""

    deduplicates = False

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.file = os.open(folder / "sent.ndjson", os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)

    def send(self, gesture):
        # One write below the size of a block: whoever is killed leaves a whole line or none.
        os.write(self.file, (json.dumps(message(gesture)) + "\n").encode())
        os.fsync(self.file)


class Pigeonholes:
    """A far side that takes each message once, whatever happens: by the name of its gesture."""

    deduplicates = True

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def send(self, gesture):
        place = self.folder / f"{gesture.name.removeprefix('gestures/')}.json"
        beside = place.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(message(gesture)), encoding="utf-8")
        beside.replace(place)


def message(gesture):
    content = gesture.content
    return {"gesture": gesture.name, "customer": gesture.customer, "subject": content.subject, "text": content.text}


class Worker:
    def __init__(self, channel, module, far_side, options):
        self.pb, self.types, self.kinds = (module(name) for name in ("gesture_service_pb2", "types_pb2", "gesture_pb2"))
        self.stub = module("gesture_service_pb2_grpc").GestureServiceStub(channel)
        self.far_side, self.options, self.going_home = far_side, options, False

    def ask(self, method, request):
        """Calls until there is an answer. A claim has a request_id, and the last token's word is taken whenever it
        comes: asking again does no harm."""
        pause = PAUSE_SECONDS
        while True:
            try:
                return method(request, timeout=CALL_SECONDS)
            except grpc.RpcError as error:
                if error.code() not in PASSING:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def work(self):
        """Takes an armful at a time, until told to go home, or until nothing is left where that is wanted."""
        while not self.going_home:
            armful = self.claim()
            if armful:
                self.carry_out(armful)
            elif self.options.until_idle:
                return

    def claim(self):
        request = self.pb.ClaimGesturesRequest(
            worker=self.options.name,
            kinds=[self.kinds.GESTURE_KIND_NOTE, self.kinds.GESTURE_KIND_APOLOGY],
            channels=[self.types.Channel.Value(f"CHANNEL_{name}") for name in self.options.channel],
            max_count=self.options.armful,
            far_side_deduplicates=self.far_side.deduplicates,
            request_id=str(uuid.uuid4()),
        )
        request.lease_duration.FromTimedelta(self.options.lease)
        request.wait_duration.FromSeconds(0 if self.options.until_idle else 5)
        return list(self.ask(self.stub.ClaimGestures, request).gestures)

    def carry_out(self, armful):
        """Starts all of an armful, then sends one after the other. What must not leave any more (the consent is gone, a
        case was opened) the service says now, and what it thinks of it then is its own matter."""
        items = [
            self.pb.StartDeliveryItem(name=it.gesture.name, lease_token=it.lease_token) for it in armful
        ]
        started = self.ask(self.stub.StartDelivery, self.pb.StartDeliveryRequest(items=items))
        may_leave = {it.name for it in started.results if not it.HasField("error")}
        extended_at = time.monotonic()
        waiting = [it for it in armful if it.gesture.name in may_leave]
        while waiting:
            if time.monotonic() - extended_at > self.options.lease.total_seconds() / 2:
                waiting = self.extend(waiting)
                extended_at = time.monotonic()
                continue
            claimed = waiting.pop(0)
            self.send(claimed)

    def send(self, claimed):
        try:
            self.far_side.send(claimed.gesture)
        except OSError as error:
            reason = f"the outbox refused it: {error.strerror}"
            request = self.pb.FailGestureRequest(
                name=claimed.gesture.name, lease_token=claimed.lease_token, retryable=True, reason=reason
            )
            self.ask(self.stub.FailGesture, request)
            return
        request = self.pb.CompleteGestureRequest(name=claimed.gesture.name, lease_token=claimed.lease_token)
        self.ask(self.stub.CompleteGesture, request)
        print("sent:", claimed.gesture.name, flush=True)

    def extend(self, waiting):
        """Asks for more time, and goes on with what is still ours: what is not, somebody else has by now."""
        items = [self.pb.ExtendLeaseItem(name=it.gesture.name, lease_token=it.lease_token) for it in waiting]
        request = self.pb.ExtendLeaseRequest(items=items)
        request.lease_duration.FromTimedelta(self.options.lease)
        reply = self.ask(self.stub.ExtendLease, request)
        ours = {it.name for it in reply.results if not it.HasField("error")}
        return [it for it in waiting if it.gesture.name in ours]


def options():
    import datetime

    def seconds(text):
        return datetime.timedelta(seconds=float(text))

    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--server", default="127.0.0.1:50051", help="host and port (default: %(default)s)")
    arguments.add_argument("--name", default=f"outbox-{os.getpid()}", help="what the worker calls itself")
    arguments.add_argument("--outbox", type=pathlib.Path, required=True, help="the folder to which messages go")
    arguments.add_argument("--channel", action="append", help="of these, such as MESSAGE (default: EMAIL and MESSAGE)")
    arguments.add_argument("--armful", type=int, default=20, help="how many at once (default: %(default)s)")
    arguments.add_argument("--lease", type=seconds, default=seconds(60), help="seconds for an armful (default: 60)")
    arguments.add_argument("--deduplicates", action="store_true", help="send to a far side that takes each once")
    arguments.add_argument("--until-idle", action="store_true", help="end when nothing is left to do")
    chosen = arguments.parse_args()
    chosen.channel = chosen.channel or ["EMAIL", "MESSAGE"]
    return chosen


def main():
    chosen = options()
    far_side = (Pigeonholes if chosen.deduplicates else Outbox)(chosen.outbox)
    module = contract.load()
    with grpc.insecure_channel(chosen.server) as channel:
        worker = Worker(channel, module, far_side, chosen)

        def go_home(*_):
            worker.going_home = True

        # Asked to stop, it ends what it has in its hands. Killed, it leaves that where it is.
        signal.signal(signal.SIGTERM, go_home)
        signal.signal(signal.SIGINT, go_home)
        worker.work()


if __name__ == "__main__":
    main()
