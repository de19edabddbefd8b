"""Records a visit without a purchase, twice, and asks who came. Needs the service of the README's tour."""

import uuid

import grpc
from google.protobuf.json_format import ParseDict
from gratitude.v1 import front_desk_service_pb2, front_desk_service_pb2_grpc
from gratitude.v1 import interaction_service_pb2, interaction_service_pb2_grpc

visit = {
    "who": {
        "identity": {
            "identifiers": [{"kind": "KIND_PHONE", "value": "020 7946 0777"}],
            "profile": {"display_name": "Dora Finch"},
            "on_missing": "ON_MISSING_CREATE",
        }
    },
    "interaction": {
        "location": "locations/tea-house",
        "kind": "INTERACTION_KIND_VISIT",
        "channel": "INTERACTION_CHANNEL_IN_STORE",
        "start_time": "2026-11-21T14:20:00Z",
        "end_time": "2026-11-21T14:50:00Z",
        "items_looked_at": ["a cast-iron kettle"],
    },
    "request_id": str(uuid.uuid4()),
}
request = ParseDict(visit, interaction_service_pb2.RecordInteractionRequest())

with grpc.insecure_channel("127.0.0.1:50051") as channel:
    interactions = interaction_service_pb2_grpc.InteractionServiceStub(channel)
    staff = [("x-gratitude-staff", "mary")]

    first = interactions.RecordInteraction(request, metadata=staff)
    print(first.obligation.explanation)
    for gesture in first.gestures:
        print(gesture.content.text)
        for step in gesture.plan.steps:
            print(" ", step.text)

    again = interactions.RecordInteraction(request, metadata=staff)
    print("replayed:", again.replayed, "the same:", again.interaction.name == first.interaction.name)

    request.interaction.items_looked_at[0] = "a copper kettle"
    try:
        interactions.RecordInteraction(request, metadata=staff)
    except grpc.RpcError as error:
        print(error.code().name, error.details())

    desk = front_desk_service_pb2_grpc.FrontDeskServiceStub(channel)
    asked = front_desk_service_pb2.RecognizeRequest(location="locations/tea-house", query="+44 20 7946 0777")
    print(desk.Recognize(asked).card.say.text)
