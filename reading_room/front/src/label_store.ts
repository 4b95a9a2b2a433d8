/** What a labeller has said so far: kept in the browser at every answer, and in memory where the browser refuses. */

import type { Site } from "./data";
import type { HumanLabel } from "./label_file";
import { digest } from "./label_sample";
import { labelOf } from "./reply";

export interface Who {
  labeller: string;
  question: string;
  seed: string;
}

/** What the start form held, to fill it in after a reload. Experiments are named, since their order may change. */
export interface Start extends Who {
  size: number;
  left_out: string[];
}

interface Kept {
  labels: Map<string, HumanLabel>;
  /** Notes on replies that have no label yet. */
  drafts: Map<string, string>;
  /** Uuids of the labels that no exported file has. */
  unexported: Set<string>;
}

/** What the browser would not keep: it outlives the view, not the page. */
const memory = new Map<string, string>();

/** The labels of one labeller on one site for one question and seed, by uuid. The last answer for a reply replaces the one before. */
export class LabelStore {
  /** Why the browser keeps nothing, or what it had could not be read; null where all is well. */
  failure: string | null = null;
  readonly who: Who;
  readonly #key: string;
  #kept: Kept;

  constructor(site: Site, who: Who) {
    const { labeller, question, seed } = who;
    this.who = who;
    this.#key = `af-labels:${drawnFrom(site, question)}:${JSON.stringify([labeller, question, seed])}`;
    this.#kept = this.#read();
  }

  get labels(): ReadonlyMap<string, HumanLabel> {
    return this.#kept.labels;
  }

  get unexported(): number {
    return this.#kept.unexported.size;
  }

  note(uuid: string): string {
    return this.#kept.labels.get(uuid)?.note ?? this.#kept.drafts.get(uuid) ?? "";
  }

  answer(label: HumanLabel): void {
    this.#change((kept) => {
      kept.labels.set(label.uuid, label);
      kept.drafts.delete(label.uuid);
      kept.unexported.add(label.uuid);
    });
  }

  draft(uuid: string, note: string): void {
    this.#change((kept) => kept.drafts.set(uuid, note));
  }

  exported(): void {
    this.#change((kept) => kept.unexported.clear());
  }

  /** Read again first: another tab may have answered in the meantime. */
  #change(change: (kept: Kept) => void): void {
    this.#kept = this.#read();
    change(this.#kept);
    const { labels, drafts, unexported } = this.#kept;
    const text = JSON.stringify({ labels: [...labels.values()], drafts: [...drafts], unexported: [...unexported] });
    this.failure = keep(this.#key, text);
  }

  #read(): Kept {
    const text = kept(this.#key);
    if (text === null) return { labels: new Map(), drafts: new Map(), unexported: new Set() };
    try {
      const { labels, drafts, unexported } = JSON.parse(text) as {
        labels: HumanLabel[];
        drafts: [string, string][];
        unexported: string[];
      };
      return {
        labels: new Map(labels.map((label) => [label.uuid, label])),
        drafts: new Map(drafts),
        unexported: new Set(unexported),
      };
    } catch (error) {
      keep(`${this.#key}:unreadable`, text);
      this.failure = `What this browser had kept cannot be read, and was put aside (${error}).`;
      return { labels: new Map(), drafts: new Map(), unexported: new Set() };
    }
  }
}

/** Why the browser keeps nothing; null where it does. */
export function keepStart(site: Site, start: Start): string | null {
  return keep(startKey(site), JSON.stringify(start));
}

export function lastStart(site: Site): Start | null {
  try {
    return JSON.parse(kept(startKey(site)) ?? "null") as Start | null;
  } catch {
    return null;
  }
}

function startKey(site: Site): string {
  return `af-labels:${digest(
    site.logs
      .map((log) => log.eval_id)
      .sort()
      .join("\n"),
  )}:start`;
}

/** The same for a site that is written again, unless replies or the judge's labels changed: labels would then mix two samples. */
function drawnFrom(site: Site, question: string): string {
  return digest(
    site.replies.uuid
      .map((uuid, reply) => `${uuid} ${labelOf(site, question, reply)}`)
      .sort()
      .join("\n"),
  );
}

function kept(key: string): string | null {
  try {
    return memory.get(key) ?? localStorage.getItem(key);
  } catch {
    return null; // storage is off; said when something is to be kept
  }
}

function keep(key: string, text: string): string | null {
  try {
    localStorage.setItem(key, text);
    memory.delete(key);
    return null;
  } catch (error) {
    memory.set(key, text);
    return `This browser keeps nothing for this page (${error}). Export before you leave it.`;
  }
}
