/** Looks for words in the texts of all pairs, file by file. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { PairText, Site } from "./data";
import { loadTexts } from "./script";

export interface Search {
  /** Indices of pairs. */
  found: ReadonlySet<number>;
  /** Files that were read, of all. */
  done: number;
  of: number;
  /** Why it ended before the last file. */
  ended: string | null;
}

/** Whether any text of a pair holds what is looked for, which is in lower case. */
export function holds(pair: PairText, find: string): boolean {
  const texts = pair.replies.flatMap((reply) => [
    reply.user,
    reply.scratchpad,
    reply.thinking,
    reply.output.text,
    reply.remainder.text,
  ]);
  return [pair.query, ...texts].some((text) => text?.toLowerCase().includes(find));
}

/** Searches while `find` is not null. The second value stops it. */
export function useSearch(site: Site, find: string | null): [Search | null, () => void] {
  const [search, setSearch] = useState<Search | null>(null);
  const running = useRef({ on: false });
  useEffect(() => {
    setSearch(null);
    if (find === null) return;
    const run = { on: true };
    running.current = run;
    // One search for a word that is typed, not one for each of its letters.
    const timer = setTimeout(() => read(site, find.toLowerCase(), run, setSearch), 300);
    return () => {
      clearTimeout(timer);
      run.on = false;
    };
  }, [site, find]);
  const stop = () => {
    running.current.on = false;
    setSearch((last) => last && { ...last, ended: "Stopped" });
  };
  return [search, stop];
}

async function read(site: Site, find: string, run: { on: boolean }, say: (search: Search) => void): Promise<void> {
  const of = Math.ceil(site.pairs.id.length / site.chunk_size);
  const found = new Set<number>();
  say({ found: new Set(), done: 0, of, ended: null });
  for (let chunk = 0; chunk < of; chunk++) {
    let ended: string | null = null;
    let pairs: PairText[] = [];
    try {
      pairs = await loadTexts(chunk);
    } catch (error) {
      ended = (error as Error).message;
    }
    if (!run.on) return;
    pairs.forEach((pair, i) => {
      if (holds(pair, find)) found.add(chunk * site.chunk_size + i);
    });
    say({ found: new Set(found), done: ended === null ? chunk + 1 : chunk, of, ended });
    if (ended !== null) return;
  }
}
