"""Has notes written to those who came back, reads them, approves them, and takes them to a file."""

import argparse
import csv
import io
import uuid

import grpc

import contract

PEOPLE = [
    ("Ana", "en", ["the red teapot", "a tin of sencha"]),
    ("Jürgen", "de", ["eine Teekanne", "zwei Tassen"]),
    ("Mia", "en", ["a glass strainer"]),
]


def record_history(module, channel, location):
    """Lets everybody have bought something in the past, one purchase each year; it is counted, not thanked for."""
    customers, interaction = module("customer_pb2"), module("interaction_pb2")
    kinds, types = module("interaction_kinds_pb2"), module("types_pb2")
    service = module("interaction_service_pb2")
    recorder = module("interaction_service_pb2_grpc").InteractionServiceStub(channel)
    for number, (name, language, items) in enumerate(PEOPLE):
        card = customers.Identifier(kind=customers.Identifier.KIND_LOYALTY, value=f"card-{number}")
        identity = customers.Identity(
            identifiers=[card],
            profile=customers.Customer(display_name=name, given_name=name, language_code=language),
            on_missing=customers.Identity.ON_MISSING_CREATE,
        )
        for year, item in enumerate(items):
            bought = interaction.Interaction(
                location=location,
                kind=kinds.INTERACTION_KIND_PURCHASE,
                channel=types.INTERACTION_CHANNEL_IN_STORE,
                history=True,
            )
            bought.start_time.FromJsonString(f"{2021 + year}-05-0{number + 3}T11:00:00Z")
            bought.purchase.items.add(display_name=item)
            recorder.RecordInteraction(
                service.RecordInteractionRequest(who=customers.Who(identity=identity), interaction=bought)
            )


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--server", default="127.0.0.1:50051", help="host and port (default: %(default)s)")
    server = arguments.parse_args().server

    module = contract.load()
    notes_pb, service, types = module("note_pb2"), module("note_service_pb2"), module("types_pb2")
    batch_state = notes_pb.NoteBatch.State.Name
    staff = [("x-gratitude-staff", "mia")]

    with grpc.insecure_channel(server) as channel:
        location = contract.ensure_location(module, channel)
        record_history(module, channel, location)
        notes = module("note_service_pb2_grpc").NoteServiceStub(channel)

        # Whom: everybody who bought on two days or more, in what is handed over at the next visit.
        segment = notes_pb.SegmentSelection(
            filter="summary.visit_days >= 2",
            template="templates/thanks-for-being-our-customer",
            location=location,
            channels=[types.CHANNEL_HAND_OVER],
        )
        request = service.CreateNoteBatchRequest(
            note_batch=notes_pb.NoteBatch(display_name="Those who came back", segment=segment),
            request_id=str(uuid.uuid4()),
        )
        batch = notes.CreateNoteBatch(request, metadata=staff).note_batch
        again = notes.CreateNoteBatch(request, metadata=staff)
        print("made:", batch.name, "- the same call again:", "replayed" if again.replayed else "made twice!")

        def watch_until(*states):
            """The stream shows the batch now and after each change; it is left once the batch rests."""
            stream = notes.WatchNoteBatch(service.WatchNoteBatchRequest(name=batch.name))
            for seen in stream:
                if batch_state(seen.state) in states:
                    stream.cancel()
                    return seen
            raise SystemExit("the batch ended otherwise")

        ready = watch_until("STATE_READY")
        print(f"ready: {ready.composed_count} of {ready.customer_count} written")

        # Reading: what it says, and on what it rests.
        page = notes.ListNotes(service.ListNotesRequest(parent=batch.name, filter="note.state = COMPOSED"))
        for note in page.notes:
            print(f"\n[{note.language_code}] {note.text}")
            print("rests on:", ", ".join(f"{fact.path} “{fact.text}”" for fact in note.facts))

        # Nothing can be taken away, and nothing leaves, before a person said so.
        download = service.DownloadNoteBatchRequest(
            name=batch.name, format=service.DownloadNoteBatchRequest.FORMAT_CSV
        )
        try:
            list(notes.DownloadNoteBatch(download))
        except grpc.RpcError as error:
            reason, _, _ = contract.reason_of(error)
            print(f"\nbefore approval: {error.code().name}, {reason}")

        notes.ApproveNoteBatch(service.ApproveNoteBatchRequest(name=batch.name, etag=ready.etag), metadata=staff)
        over = watch_until("STATE_COMPLETED")
        print(f"completed: {over.delivered_count} delivered, {over.skipped_count} skipped")

        data = b"".join(part.data for part in notes.DownloadNoteBatch(download))
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        print(f"downloaded: {len(rows)} rows, to {', '.join(row['display_name'] for row in rows)}")


if __name__ == "__main__":
    main()
