"""Generates the client from the contract, and brings what every example needs."""

import importlib.resources
import pathlib
import sys
import tempfile

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from grpc_tools import protoc

WELL_KNOWN = importlib.resources.files("grpc_tools") / "_proto"
PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def load():
    """Generates the modules of `gratitude.v1` and returns a function that imports one by its name."""
    out = tempfile.TemporaryDirectory(prefix="gratitude-client-")
    files = sorted(str(path) for path in (PROTO / "gratitude" / "v1").glob("*.proto"))
    arguments = ["protoc", f"-I{PROTO}", f"-I{WELL_KNOWN}", f"--python_out={out.name}", f"--grpc_python_out={out.name}", *files]
    if protoc.main(arguments) != 0:
        raise SystemExit("the contract could not be compiled")
    sys.path.insert(0, out.name)

    def module(name):
        return __import__(f"gratitude.v1.{name}", fromlist=[name])

    module.keep = out  # the folder lives as long as the modules are used
    return module


def reason_of(error):
    """Why a call failed: the reason of its `ErrorInfo`, that one's metadata, and the fields that are wrong."""
    reason, metadata, fields = "", {}, {}
    status = rpc_status.from_call(error)
    for detail in status.details if status else []:
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(bad):
            fields = {violation.field: violation.description for violation in bad.field_violations}
    return reason, metadata, fields


def ensure_location(module, channel, slug="corner-shop"):
    """Makes a location unless it is there, and returns its name."""
    locations = module("location_service_pb2_grpc").LocationServiceStub(channel)
    pb = module("location_service_pb2")
    location = pb.Location(
        display_name="The corner shop",
        time_zone="Europe/Lisbon",
        region_code="PT",
        language_code="en",
        currency_code="EUR",
    )
    try:
        locations.CreateLocation(pb.CreateLocationRequest(location=location, location_id=slug))
    except grpc.RpcError as error:
        if error.code() != grpc.StatusCode.ALREADY_EXISTS:
            raise
    return f"locations/{slug}"
