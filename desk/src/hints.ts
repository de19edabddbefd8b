import { RemarkHint_Topic as Topic, type RemarkHint } from "./gen/gratitude/v1/remark_hint_pb";
import { list } from "./format";
import { t } from "./i18n";

const TOPICS: Partial<Record<Topic, "topic.health" | "topic.religion" | "topic.origin" | "topic.politics" | "topic.union" | "topic.sexLife" | "topic.crime">> = {
  [Topic.HEALTH]: "topic.health",
  [Topic.RELIGION]: "topic.religion",
  [Topic.ORIGIN]: "topic.origin",
  [Topic.POLITICS]: "topic.politics",
  [Topic.UNION]: "topic.union",
  [Topic.SEX_LIFE]: "topic.sexLife",
  [Topic.CRIME]: "topic.crime",
};

/** What was done, with a word of advice where what was written should rather be taken back. */
export function withAdvice(done: string, hints: readonly RemarkHint[]): string {
  const known = hints.flatMap(({ topic }) => TOPICS[topic] ?? []);
  const topics = [...new Set(known)].map((topic) => t.value[topic]);
  return topics.length === 0 ? done : `${done}. ${t.value["remarks.advice"](list(topics))}`;
}
