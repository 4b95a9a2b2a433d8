/**
 * Which replies are put before a labeller, and in what order: the same for everyone who gives the same seed, size and experiments.
 *
 * A stratum is a condition and what the judge says of the question; replies without a judge's label are a stratum of their own, and so
 * are those that the question does not apply to. Harmless controls are left out, as they are of every rate. Strata get equal shares as far
 * as they reach, and no less than two replies, or all, each: a variance inside a stratum needs two.
 *
 * All chance is one rule that any language can follow: sort by the SHA-256, in hexadecimal, of `part LF seed LF name` in UTF-8. Part
 * `draw` and a reply's uuid: its stratum gives the first of that order. Part `order` and the uuid: the order in which the drawn replies
 * are shown. Part `share` and a stratum's name: who gets one more where shares do not come out even. The order does not depend on the
 * strata, so of each stratum the replies in any first part of the sample are a simple random sample of it. A larger sample holds the smaller.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Experiment, Site } from "./data";
import { at, FAKING, labelOf, repliesOf, tierOf } from "./reply";

export const SMALLEST_SHARE = 2;

export interface Stratum {
  /** Unlike every other's on any site: conditions are spelt out in full. */
  name: string;
  /** Indices of its replies, all that the site has. */
  replies: number[];
}

export interface Item {
  pair: number;
  /** Index among all replies. */
  reply: number;
  stratum: string;
  stratum_size: number;
}

/** SHA-256 in hexadecimal, of the text in UTF-8: Python's `shown_sha256` of a text without lone surrogates. */
export function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** The condition of an experiment without its tier, in words. */
function conditionName({ model, setting, cot, variation, others }: Experiment): string {
  const named = Object.entries(others).map(([name, value]) => `${name}=${value}`);
  return [model, setting, cot ? "cot" : "no_cot", variation, ...named.sort()].join(" · ");
}

/** What can be drawn from, by name of the stratum. */
export function strata(site: Site, question: string, experiments: ReadonlySet<number>): Stratum[] {
  const asked = question === FAKING ? site.replies.has_reasoning : site.replies.has_answer;
  const byName = new Map<string, Stratum>();
  for (const [pair, experiment] of site.pairs.experiment.entries()) {
    if (!site.pairs.harmful[pair] || !experiments.has(experiment)) continue;
    const condition = conditionName(at(site.experiments, experiment));
    for (const reply of repliesOf(site, pair)) {
      if (!asked[reply]) continue;
      const name = `${condition} · ${tierOf(site, reply)} · judge: ${labelOf(site, question, reply) ?? "no label"}`;
      const stratum = byName.get(name) ?? { name, replies: [] };
      byName.set(name, stratum);
      stratum.replies.push(reply);
    }
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How many replies each stratum gives: `size` in all, or more where the smallest shares add up to more, or all that there are. */
export function shares(of: Stratum[], size: number, seed: string): number[] {
  const upTo = (share: number) => of.map(({ replies }) => Math.min(replies.length, share));
  let share = SMALLEST_SHARE;
  while (total(upTo(share + 1)) <= size && total(upTo(share + 1)) > total(upTo(share))) share++;
  const rest = Math.max(0, size - total(upTo(share)));
  const larger = of.filter(({ replies }) => replies.length > share);
  const oneMore = new Set(inChance("share", seed, larger, ({ name }) => name).slice(0, rest));
  return of.map((stratum) => Math.min(stratum.replies.length, share) + (oneMore.has(stratum) ? 1 : 0));
}

/** The sample, in the order in which it is shown. */
export function sample(site: Site, of: Stratum[], size: number, seed: string): Item[] {
  const uuid = (reply: number) => at(site.replies.uuid, reply);
  const pairOf = site.pairs.experiment.flatMap((_, pair) => repliesOf(site, pair).map(() => pair));
  const share = shares(of, size, seed);
  const drawn = of.flatMap((stratum, s) =>
    inChance("draw", seed, stratum.replies, uuid)
      .slice(0, share[s])
      .map((reply) => ({
        pair: at(pairOf, reply),
        reply,
        stratum: stratum.name,
        stratum_size: stratum.replies.length,
      })),
  );
  return inChance("order", seed, drawn, ({ reply }) => uuid(reply));
}

function inChance<T>(part: string, seed: string, of: T[], name: (one: T) => string): T[] {
  const keyed = of.map((one) => ({ one, key: digest(`${part}\n${seed}\n${name(one)}`) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ one }) => one);
}

function total(numbers: number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
