/** Data arrive as scripts that call a function of this page, since a page that is opened from disk may not fetch. */

import type { JudgedPair, PairText, Site } from "./data";

interface Receiver {
  site(site: Site): void;
  text(chunk: number, pairs: PairText[]): void;
  judged(chunk: number, pairs: JudgedPair[]): void;
  prompts(prompts: Record<string, string>): void;
}

declare global {
  interface Window {
    af_site: Receiver;
  }
}

const received = new Map<string, unknown>();
let onSite: (site: Site) => void = () => {};

/** Takes what the scripts hand over, from now on. */
export function receive(site: (site: Site) => void): void {
  onSite = site;
  window.af_site = {
    site: (value) => onSite(value),
    text: (chunk, pairs) => received.set(chunkFile("text", chunk), pairs),
    judged: (chunk, pairs) => received.set(chunkFile("judged", chunk), pairs),
    prompts: (prompts) => received.set("data/prompts.js", prompts),
  };
}

function chunkFile(kind: "text" | "judged", chunk: number): string {
  return `data/${kind}-${String(chunk).padStart(4, "0")}.js`;
}

function loadScript(file: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = file;
    script.onload = () => {
      script.remove();
      if (received.has(file)) resolve(received.get(file));
      else
        reject(new Error(`${file} cannot be read: it was cut off or changed. Write the site again with \`af site\`.`));
      received.delete(file);
    };
    script.onerror = () => {
      script.remove();
      reject(new Error(`${file} is not there. Copy the whole folder of the site, or write it again with \`af site\`.`));
    };
    document.head.append(script);
  });
}

/** Files of one kind, loaded when they are asked for; the newest few are kept. */
class Kept {
  readonly #files = new Map<string, Promise<unknown>>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  get(file: string): Promise<unknown> {
    const known = this.#files.get(file) ?? loadScript(file);
    this.#files.delete(file);
    this.#files.set(file, known);
    known.catch(() => this.#files.delete(file));
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= this.#size) break;
      this.#files.delete(oldest);
    }
    return known;
  }
}

const texts = new Kept(6);
const judgements = new Kept(6);
const prompts = new Kept(1);

/** What was asked and answered in a pair. Rejects with a sentence for the reader. */
export async function loadText(site: Site, pair: number): Promise<PairText> {
  return of(await loadTexts(Math.floor(pair / site.chunk_size)), site, pair, "text");
}

/** The same of all pairs of a chunk. */
export async function loadTexts(chunk: number): Promise<PairText[]> {
  return (await texts.get(chunkFile("text", chunk))) as PairText[];
}

/** What the judges said of a pair's replies. */
export async function loadJudged(site: Site, pair: number): Promise<JudgedPair> {
  const chunk = Math.floor(pair / site.chunk_size);
  return of((await judgements.get(chunkFile("judged", chunk))) as JudgedPair[], site, pair, "judged");
}

/** System prompts by SHA-256 and tier: one digest may be of the prompts of several tiers. */
export async function loadPrompts(): Promise<Record<string, string>> {
  return (await prompts.get("data/prompts.js")) as Record<string, string>;
}

function of<T>(pairs: T[], site: Site, pair: number, kind: "text" | "judged"): T {
  const found = pairs[pair % site.chunk_size];
  if (found === undefined)
    throw new Error(
      `${chunkFile(kind, Math.floor(pair / site.chunk_size))} has no such pair: it belongs to another site. Write the site again.`,
    );
  return found;
}
