// Taking errors apart: their reason, the fields that are wrong, and when to try again.
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./gen/details_pb.js";

/** What a failed call says beyond its message. */
export function explain(error) {
  const failure = ConnectError.from(error);
  const [info] = failure.findDetails(ErrorInfoSchema);
  const [bad] = failure.findDetails(BadRequestSchema);
  const [retry] = failure.findDetails(RetryInfoSchema);
  return {
    code: Code[failure.code],
    reason: info?.reason ?? "",
    metadata: info?.metadata ?? {},
    fields: Object.fromEntries((bad?.fieldViolations ?? []).map(({ field, description }) => [field, description])),
    retryAfterMs: retry?.retryDelay && durationMs(retry.retryDelay),
  };
}

/** Calls again as long as the service says when, a few times. What is repeated must carry the same `requestId`. */
export async function patiently(call, triesLeft = 3) {
  try {
    return await call();
  } catch (error) {
    const { retryAfterMs } = explain(error);
    if (retryAfterMs === undefined || triesLeft <= 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    return patiently(call, triesLeft - 1);
  }
}
