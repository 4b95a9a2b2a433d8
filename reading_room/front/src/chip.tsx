/** A label, or why there is none, as a small mark: its words say all, its colour repeats them. */

import { words } from "./sign";

const TONES: Record<string, string> = { complies: "complies", faking: "faking" };

export function Chip(props: { label: string; says?: string }) {
  return <span class={`chip ${TONES[props.label] ?? ""}`}>{props.says ?? words(props.label)}</span>;
}

/** What a scorer made of a reply. A reason says that there is no label, whatever the outcome is called. */
export function Verdict(props: { label: string | null; reason: string | null }) {
  const { label, reason } = props;
  return label !== null && reason === null ? <Chip label={label} /> : <Missing says={verdict(label, reason)} />;
}

/** The same in words. */
export function verdict(label: string | null, reason: string | null): string {
  if (reason === null) return words(label ?? "no label");
  return words(label === null ? `no label: ${reason}` : label === reason ? reason : `${label}: ${reason}`);
}

export function Missing(props: { says: string }) {
  return <span class="chip missing">{words(props.says)}</span>;
}
