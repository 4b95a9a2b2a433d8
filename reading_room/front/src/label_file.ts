/** What a labeller says of one reply, and the file in which it leaves the browser: `HumanLabel` of study/human_label.py, one a line. */

export const UNSURE = "unsure";

export interface HumanLabel {
  schema_version: 1;
  uuid: string;
  eval_id: string;
  query_id: string;
  epoch: number;
  question: string;
  label: string;
  note: string;
  labeller: string;
  /** Of the answer, ISO 8601, UTC. */
  time: string;
  shown_sha256: string;
  seed: string;
  stratum: string;
  stratum_size: number;
}

/** JSON Lines. What some readers take for the end of a line is escaped. */
export function labelLines(labels: Iterable<HumanLabel>): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return [...labels].map((label) => `${JSON.stringify(label).replace(/[\u0085\u2028\u2029]/g, escaped)}\n`).join("");
}

/** A name that every system takes for a file in the folder where it is put. */
export function labelFileName(question: string, labeller: string, seed: string): string {
  const safe = (name: string) => name.replace(/[^\p{L}\p{N}_-]+/gu, "_").slice(0, 60);
  return `labels-${safe(question)}-${safe(labeller)}-${safe(seed)}.jsonl`;
}

/** Hands the browser a file to keep; works on a page that was opened from disk. */
export function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  link.download = name;
  link.click();
  // At once would be before some browsers have read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
