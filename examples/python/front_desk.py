"""A front desk: recognises who comes in, checks them in and out, and sees it happen on the stream that every desk watches."""

import argparse
import time
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

import contract


def retry_after(error):
    """After how many seconds the service wants the call again; None if it would be refused again."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else []:
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(retry):
            return retry.retry_delay.ToTimedelta().total_seconds()
    return None


def patiently(call, request, tries=3, **options):
    """Calls again as long as the service says when, a few times. What is repeated must carry the same `request_id`."""
    try:
        return call(request, **options)
    except grpc.RpcError as error:
        seconds = retry_after(error)
        if seconds is None or tries <= 1:
            raise
        time.sleep(seconds)
        return patiently(call, request, tries - 1, **options)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--server", default="127.0.0.1:50051", help="host and port (default: %(default)s)")
    arguments.add_argument("--key", help="API key, where the service wants one")
    given = arguments.parse_args()

    module = contract.load()
    pb, arrival = module("front_desk_service_pb2"), module("arrival_pb2")
    customers, kinds = module("customer_pb2"), module("interaction_kinds_pb2")
    metadata = [("x-gratitude-staff", "mia")]
    if given.key:
        metadata.append(("authorization", f"Bearer {given.key}"))

    with grpc.insecure_channel(given.server) as channel:
        location = contract.ensure_location(module, channel)
        desk = module("front_desk_service_pb2_grpc").FrontDeskServiceStub(channel)

        arrivals = desk.WatchArrivals(pb.WatchArrivalsRequest(location=location), metadata=metadata)
        print("watching:", len(next(arrivals).snapshot.arrivals), "here")

        def seen(visit):
            """What the stream tells next of a visit."""
            for message in arrivals:
                if message.WhichOneof("news") == "change" and message.change.arrival.interaction == visit:
                    return arrival.ArrivalChange.Kind.Name(message.change.kind)

        identity = customers.Identity(
            identifiers=[customers.Identifier(kind=customers.Identifier.KIND_PHONE, value="912 345 680")],
            profile=customers.Customer(display_name="Inês", given_name="Inês"),
            on_missing=customers.Identity.ON_MISSING_CREATE,
        )
        arriving = pb.CheckInRequest(
            location=location, who=customers.Who(identity=identity), request_id=str(uuid.uuid4())
        )
        checked_in = patiently(desk.CheckIn, arriving, metadata=metadata)
        visit = checked_in.interaction.name
        print(f"checked in: {checked_in.card.display_name}, visit {checked_in.card.visit_days}")
        again = desk.CheckIn(arriving, metadata=metadata)
        print("the same call again:", "replayed" if again.replayed else "checked in twice!")
        print("watched:", seen(visit))

        found = desk.Recognize(pb.RecognizeRequest(location=location, query="+351 912345680"), metadata=metadata)
        print("recognised:", found.card.display_name)

        try:
            desk.CheckOut(pb.CheckOutRequest(interaction=visit, mood=7, request_id="today"), metadata=metadata)
        except grpc.RpcError as error:
            reason, _, fields = contract.reason_of(error)
            print(f"refused: {error.code().name}, {reason}")
            for field, description in sorted(fields.items()):
                print(f"  {field} {description}")

        leaving = pb.CheckOutRequest(
            interaction=visit,
            outcome=kinds.OUTCOME_NOT_PURCHASED,
            no_purchase_reason=kinds.NO_PURCHASE_REASON_JUST_LOOKING,
            items_looked_at=["the red teapot"],
            mood=1,
            request_id=str(uuid.uuid4()),
        )
        print("checked out:", patiently(desk.CheckOut, leaving, metadata=metadata).obligation.explanation)
        print("watched:", seen(visit))
        arrivals.cancel()


if __name__ == "__main__":
    main()
