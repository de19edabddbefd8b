"""Plays stories of customers on a service that lives by a manual clock, and checks how each one ends.

gratitude serve --migrate --database-url sqlite:stories.db --manual-clock 2026-03-02T09:00:00Z
"""

import argparse
import datetime
import urllib.request
import uuid

import grpc

import contract


class Stage:
    """A service, its clock, and the calls of which stories are made."""

    def __init__(self, server):
        self.server = server
        self.module = contract.load()
        self.kinds, self.types = self.module("interaction_kinds_pb2"), self.module("types_pb2")
        self.pb = self.module("interaction_service_pb2")
        self.gesture_pb = self.module("gesture_service_pb2")
        self.desk_pb = self.module("front_desk_service_pb2")
        self.customers = self.module("customer_pb2")
        self.gesture = self.module("gesture_pb2").Gesture
        self.note = self.module("gesture_pb2").GESTURE_KIND_NOTE
        self.obligation = self.module("obligation_pb2").Obligation
        channel = grpc.insecure_channel(server)
        self.interactions = self.module("interaction_service_pb2_grpc").InteractionServiceStub(channel)
        self.desk = self.module("front_desk_service_pb2_grpc").FrontDeskServiceStub(channel)
        self.gestures = self.module("gesture_service_pb2_grpc").GestureServiceStub(channel)
        self.cases = self.module("case_service_pb2_grpc").CaseServiceStub(channel)
        self.case_pb = self.module("case_service_pb2")
        self.location = contract.ensure_location(self.module, channel)

    def now(self):
        with urllib.request.urlopen(f"http://{self.server}/clock") as answer:
            return datetime.datetime.fromisoformat(answer.read().decode().split()[0].replace("Z", "+00:00"))

    def until(self, hour, minute=0):
        """Moves the clock to the next such time of day (UTC, which is Lisbon's in winter)."""
        now = self.now()
        then = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if then <= now:
            then += datetime.timedelta(days=1)
        seconds = int((then - now).total_seconds())
        urllib.request.urlopen(f"http://{self.server}/clock/advance", data=f"{seconds}s".encode()).read()

    def somebody(self, phone, name):
        identity = self.customers.Identity(
            identifiers=[self.customers.Identifier(kind=self.customers.Identifier.KIND_PHONE, value=phone)],
            profile=self.customers.Customer(display_name=name),
            on_missing=self.customers.Identity.ON_MISSING_CREATE,
        )
        return self.customers.Who(identity=identity)

    def record(self, who, kind, channel="IN_STORE", outcome=None, **fields):
        interaction = self.module("interaction_pb2").Interaction(
            location=self.location,
            kind=getattr(self.kinds, f"INTERACTION_KIND_{kind}"),
            channel=getattr(self.types, f"INTERACTION_CHANNEL_{channel}"),
            **fields,
        )
        if outcome:
            interaction.outcome = getattr(self.kinds, f"OUTCOME_{outcome}")
        request = self.pb.RecordInteractionRequest(interaction=interaction, request_id=str(uuid.uuid4()))
        if who is not None:
            request.who.CopyFrom(who)
        return self.interactions.RecordInteraction(request)

    def buys(self, who, thing):
        pb = self.module("interaction_pb2")
        purchase = pb.Purchase(items=[pb.PurchaseItem(display_name=thing, quantity=1)])
        return self.record(who, "PURCHASE", outcome="PURCHASED", purchase=purchase)

    def looks(self, who, thing):
        return self.record(who, "VISIT", outcome="NOT_PURCHASED", items_looked_at=[thing])

    def explained(self, interaction):
        request = self.pb.ExplainInteractionRequest(name=interaction.name)
        return self.interactions.ExplainInteraction(request)

    def gesture_now(self, gesture):
        return self.gestures.GetGesture(self.gesture_pb.GetGestureRequest(name=gesture.name))

    def hand_over(self, gesture):
        """A person hands a note over, or makes a call."""
        gesture = self.gesture_now(gesture)
        request = self.gesture_pb.CompleteGestureRequest(name=gesture.name, etag=gesture.etag, staff="mia")
        return self.gestures.CompleteGesture(request)

    def notes_of(self, customer):
        """The notes of a customer that were planned and not stopped."""
        note = f'gesture.customer = "{customer}" AND gesture.kind = NOTE'
        request = self.gesture_pb.ListGesturesRequest(filter=note, page_size=500)
        stopped = {self.gesture.STATE_SUPPRESSED, self.gesture.STATE_CANCELLED}
        return [g for g in self.gestures.ListGestures(request).gestures if g.state not in stopped]

    def card(self, phone):
        return self.desk.Recognize(self.desk_pb.RecognizeRequest(location=self.location, query=phone)).card


def who_only_looked_is_thanked_for_looking(stage):
    told = stage.looks(stage.somebody("+351910000001", "Ana"), "the red teapot")
    (note,) = told.gestures
    assert "teapot" in note.content.text, note.content.text
    for wrong in ("purchase", "bought", "buying", "choosing"):
        assert wrong not in note.content.text.lower(), note.content.text
    return note.content.text


def a_complaint_the_night_before_comes_first(stage):
    bruno = stage.somebody("+351910000002", "Bruno")
    stage.until(18)
    thanks = stage.buys(bruno, "a lamp").gestures[0]
    stage.until(21, 40)
    complaint = stage.record(bruno, "COMPLAINT", channel="PHONE", outcome="UNRESOLVED", topics=["the lamp flickers"])
    held = stage.gesture_now(thanks)
    assert held.state == stage.gesture.STATE_HELD, held
    card = stage.card("+351910000002")
    assert card.first.case, card
    (apology,) = complaint.gestures
    assert apology.due_time.ToDatetime().hour == 8, apology
    stage.until(8)
    stage.hand_over(apology)
    stage.until(10, 30)
    assert stage.gesture_now(thanks).state == stage.gesture.STATE_HELD
    settled = stage.case_pb.ResolveCaseRequest(
        name=card.first.case, root_cause="a loose wire", remedy="a new lamp", recovery_made=True
    )
    stage.cases.ResolveCase(settled)
    after = stage.gesture_now(thanks)
    assert after.state == stage.gesture.STATE_SCHEDULED, after
    assert after.due_time.ToDatetime() >= datetime.datetime.combine(stage.now().date(), datetime.time(11, 30)), after
    return f"{card.first.text} / {held.explanation}"


def till_and_desk_tell_one_story(stage):
    carla = stage.somebody("+351910000003", "Carla")
    stage.until(10)
    opened = stage.desk.CheckIn(stage.desk_pb.CheckInRequest(location=stage.location, who=carla, request_id=str(uuid.uuid4())))
    stage.until(10, 20)
    sold = stage.buys(carla, "a kettle")
    stage.until(10, 30)
    request = stage.desk_pb.CheckOutRequest(
        interaction=opened.interaction.name,
        outcome=stage.kinds.OUTCOME_NOT_PURCHASED,
        no_purchase_reason=stage.kinds.NO_PURCHASE_REASON_UNKNOWN,
    )
    left = stage.desk.CheckOut(request)
    assert sold.interaction.joined_interaction == opened.interaction.name, sold.interaction
    notes = stage.notes_of(sold.interaction.customer)
    assert len(notes) == 1, notes
    assert "kettle" in notes[0].content.text, notes[0].content.text
    assert left.interaction.outcome == stage.kinds.OUTCOME_PURCHASED, left.interaction
    return notes[0].content.text


def a_stranger_is_known_later(stage):
    stage.until(11)
    told = stage.record(None, "VISIT", outcome="NOT_PURCHASED", items_looked_at=["a chess set"], stranger="red coat")
    assert told.obligation.open_reason == stage.obligation.OPEN_REASON_ANONYMOUS, told.obligation
    david = stage.record(stage.somebody("+351910000004", "David"), "ENQUIRY", channel="PHONE").interaction.customer
    request = stage.pb.AttributeInteractionRequest(name=told.interaction.name, customer=david)
    stage.interactions.AttributeInteraction(request)
    gestures = stage.explained(told.interaction).gestures
    assert any("chess set" in g.content.text for g in gestures), gestures
    thanked = stage.record(None, "VISIT", outcome="NOT_PURCHASED", thanked_in_person=True)
    assert thanked.obligation.state == stage.obligation.STATE_FULFILLED, thanked.obligation
    return thanked.obligation.explanation


def twenty_coffees_give_two_notes(stage):
    return twenty_coffees(stage, stage.somebody("+351910000005", "Elsa"), carried_out=True)


def twenty_coffees_give_two_notes_also_when_nobody_hands_them_over(stage):
    return twenty_coffees(stage, stage.somebody("+351910000006", "Filipe"), carried_out=False)


def twenty_coffees(stage, who, carried_out):
    pending, customer = [], ""
    for _ in range(20):
        stage.until(10, 5)
        for note in pending:
            stage.hand_over(note)
        told = stage.buys(who, "a coffee")
        customer = told.interaction.customer
        pending = [g for g in told.gestures if carried_out and g.kind == stage.note]
    notes = stage.notes_of(customer)
    assert len(notes) == 2, [(g.state, g.explanation) for g in notes]
    return f"{len(notes)} notes for 20 coffees"


def a_call_at_21_40_waits_for_the_morning(stage):
    stage.until(21, 40)
    told = stage.record(stage.somebody("+351910000007", "Gil"), "COMPLAINT", channel="PHONE", outcome="UNRESOLVED")
    (apology,) = told.gestures
    claim = stage.gesture_pb.ClaimGesturesRequest(worker="night", max_count=100, request_id=str(uuid.uuid4()))
    claim.lease_duration.seconds = 60
    names = [claimed.gesture.name for claimed in stage.gestures.ClaimGestures(claim).gestures]
    assert apology.name not in names, names
    stage.until(8)
    claim.request_id = str(uuid.uuid4())
    names = [claimed.gesture.name for claimed in stage.gestures.ClaimGestures(claim).gestures]
    assert apology.name in names, names
    return apology.explanation or str(apology.due_time.ToDatetime())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--server", default="127.0.0.1:50051", help="host and port (default: %(default)s)")
    stage = Stage(arguments.parse_args().server)

    stories = [
        who_only_looked_is_thanked_for_looking,
        a_complaint_the_night_before_comes_first,
        till_and_desk_tell_one_story,
        a_stranger_is_known_later,
        a_call_at_21_40_waits_for_the_morning,
        twenty_coffees_give_two_notes,
        twenty_coffees_give_two_notes_also_when_nobody_hands_them_over,
    ]
    for story in stories:
        ending = story(stage).replace("\n", " ")
        print(f"{story.__name__.replace('_', ' ')}: {ending}")


if __name__ == "__main__":
    main()
