"""Records a mix of interactions from many threads, with repetitions, and checks what came of them."""

import argparse
import collections
import concurrent.futures
import random
import threading
import time
import uuid

import grpc

import contract

RETRIED = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED}


class Load:
    """One run against one server."""

    def __init__(self, options):
        self.options = options
        self.module = contract.load()
        self.kinds, self.types = self.module("interaction_kinds_pb2"), self.module("types_pb2")
        self.pb = self.module("interaction_service_pb2")
        self.interactions = self.module("interaction_pb2")
        self.customers = self.module("customer_pb2")
        options_of_channel = [("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)]
        self.channel = grpc.insecure_channel(options.server, options=options_of_channel)
        self.stub = self.module("interaction_service_pb2_grpc").InteractionServiceStub(self.channel)
        self.counts = collections.Counter()
        self.recorded = {}
        self.lock = threading.Lock()

    def call(self, method, request):
        """Calls, and tries again with the same request while the server is away or busy."""
        for attempt in range(self.options.attempts):
            try:
                return method(request, timeout=20)
            except grpc.RpcError as error:
                if error.code() not in RETRIED or attempt + 1 == self.options.attempts:
                    raise
                self.count("retried")
                time.sleep(0.2)

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def request(self, number, location):
        """The n-th interaction: purchases and visits without one in equal parts, some questions and complaints."""
        chance = random.Random(number)
        kinds, types = self.kinds, self.types
        kind, outcome = chance.choices(
            [
                (kinds.INTERACTION_KIND_PURCHASE, kinds.OUTCOME_PURCHASED),
                (kinds.INTERACTION_KIND_VISIT, kinds.OUTCOME_NOT_PURCHASED),
                (kinds.INTERACTION_KIND_ENQUIRY, kinds.OUTCOME_INFORMED),
                (kinds.INTERACTION_KIND_COMPLAINT, kinds.OUTCOME_UNRESOLVED),
            ],
            weights=[45, 45, 8, 2],
        )[0]
        interaction = self.interactions.Interaction(
            location=location, kind=kind, outcome=outcome, channel=types.INTERACTION_CHANNEL_IN_STORE, staff="till-1"
        )
        if kind == kinds.INTERACTION_KIND_PURCHASE:
            interaction.purchase.total.currency_code = "EUR"
            interaction.purchase.total.micros = chance.randrange(1, 200) * 1_000_000
        else:
            interaction.items_looked_at.append(f"article {chance.randrange(500)}")
        who = None
        if chance.random() < 0.9:
            loyalty = self.customers.Identifier(
                kind=self.customers.Identifier.KIND_LOYALTY, value=f"L{chance.randrange(self.options.customers):06}"
            )
            identity = self.customers.Identity(
                identifiers=[loyalty], on_missing=self.customers.Identity.ON_MISSING_CREATE
            )
            who = self.customers.Who(identity=identity)
        request_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        return self.pb.RecordInteractionRequest(who=who, interaction=interaction, request_id=request_id)

    def one(self, number, location):
        request = self.request(number, location)
        reply = self.call(self.stub.RecordInteraction, request)
        self.count("recorded")
        with self.lock:
            self.recorded[number] = reply.interaction.name
        if number % 10 == 0:
            again = self.call(self.stub.RecordInteraction, request)
            assert again.replayed and again.interaction.name == reply.interaction.name, "a repetition made another one"
            self.count("repeated")
        if number % 50 == 0:
            request.interaction.staff = "till-2"
            try:
                self.call(self.stub.RecordInteraction, request)
            except grpc.RpcError as error:
                reason, metadata, _ = contract.reason_of(error)
                assert error.code() == grpc.StatusCode.ALREADY_EXISTS, error.code()
                assert reason == "CONTENT_DIFFERS", reason
                assert "interaction.staff" in " ".join(metadata.values()), metadata
                self.count("changed and refused")
            else:
                raise AssertionError("a changed repetition was taken")

    def check(self):
        """Each interaction has one obligation with an explained state, and no rule acted twice on it."""
        assert len(set(self.recorded.values())) == len(self.recorded), "two calls got one interaction"
        states = collections.Counter()
        gestures = set()
        for name in self.recorded.values():
            told = self.call(self.stub.ExplainInteraction, self.pb.ExplainInteractionRequest(name=name))
            assert told.obligation.interaction == name and told.obligation.explanation, name
            states[told.obligation.State.Name(told.obligation.state)] += 1
            for gesture in told.gestures:
                gestures.add(gesture.name)
            occurrences = [(gesture.rule, gesture.occurrence) for gesture in told.gestures]
            assert len(occurrences) == len(set(occurrences)), f"{name}: a rule acted twice"
        return states, len(gestures)

    def run(self):
        location = contract.ensure_location(self.module, self.channel, "load-check")
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(self.options.threads) as pool:
            for done in [pool.submit(self.one, n, location) for n in range(1, self.options.count + 1)]:
                done.result()
        took = time.monotonic() - began
        states, gestures = self.check()
        assert sum(states.values()) == self.options.count
        for what, number in sorted(self.counts.items()):
            print(f"{number:>7} {what}")
        for state, number in sorted(states.items()):
            print(f"{number:>7} {state}")
        print(f"{gestures:>7} gestures")
        print(f"{self.options.count / took:>7.0f} interactions a second")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="127.0.0.1:50051", help="host and port (default: %(default)s)")
    parser.add_argument("--count", type=int, default=10_000, help="interactions (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=16, help="calls at once (default: %(default)s)")
    parser.add_argument("--customers", type=int, default=2_000, help="people among whom they fall (default: %(default)s)")
    parser.add_argument("--attempts", type=int, default=100, help="tries while the server is away (default: %(default)s)")
    Load(parser.parse_args()).run()


if __name__ == "__main__":
    main()
