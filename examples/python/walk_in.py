"""Somebody comes in, looks at something, leaves without buying, and comes back."""

import argparse
import uuid

import grpc

import contract


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--server", default="127.0.0.1:50051", help="host and port (default: %(default)s)")
    server = arguments.parse_args().server

    module = contract.load()
    kinds, types = module("interaction_kinds_pb2"), module("types_pb2")
    interactions = module("interaction_service_pb2")
    customers = module("customer_pb2")
    desk_pb = module("front_desk_service_pb2")
    staff = [("x-gratitude-staff", "mia")]

    with grpc.insecure_channel(server) as channel:
        location = contract.ensure_location(module, channel)
        recorder = module("interaction_service_pb2_grpc").InteractionServiceStub(channel)
        desk = module("front_desk_service_pb2_grpc").FrontDeskServiceStub(channel)

        phone = customers.Identifier(kind=customers.Identifier.KIND_PHONE, value="912 345 678")
        identity = customers.Identity(
            identifiers=[phone],
            profile=customers.Customer(display_name="Ana", given_name="Ana"),
            on_missing=customers.Identity.ON_MISSING_CREATE,
        )
        visit = module("interaction_pb2").Interaction(
            location=location,
            kind=kinds.INTERACTION_KIND_VISIT,
            channel=types.INTERACTION_CHANNEL_IN_STORE,
            outcome=kinds.OUTCOME_NOT_PURCHASED,
            items_looked_at=["the red teapot"],
        )
        request = interactions.RecordInteractionRequest(
            who=customers.Who(identity=identity), interaction=visit, request_id=str(uuid.uuid4())
        )
        recorded = recorder.RecordInteraction(request, metadata=staff)
        print("recorded:", recorded.interaction.name)
        print("it is owed:", recorded.obligation.explanation)
        for gesture in recorded.gestures:
            print("planned:", gesture.content.text.replace("\n", " "))

        again = recorder.RecordInteraction(request, metadata=staff)
        print("the same call again:", "replayed" if again.replayed else "recorded twice!")

        found = desk.Recognize(desk_pb.RecognizeRequest(location=location, query="+351 912345678"), metadata=staff)
        print("recognised:", found.card.display_name, "- to hand over:", len(found.card.hand_over))

        request.interaction.effort = 9
        request.interaction.purchase.total.currency_code = "EURO"
        request.request_id = str(uuid.uuid4())
        try:
            recorder.RecordInteraction(request, metadata=staff)
        except grpc.RpcError as error:
            reason, _, fields = contract.reason_of(error)
            print(f"refused: {error.code().name}, {reason}")
            for field, description in sorted(fields.items()):
                print(f"  {field} {description}")


if __name__ == "__main__":
    main()
