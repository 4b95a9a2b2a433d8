/** What the columns of the site say of one reply or pair. */

import type { Experiment, Site } from "./data";

export const FAKING = "alignment_faking";
export const PREFIX = "prefix_compliance";
export const JUDGE = "judged_compliance";

/** Indices of the replies of a pair, tiers in the order of the experiment. */
export function repliesOf(site: Site, pair: number): number[] {
  const first = at(site.pairs.first, pair);
  return Array.from({ length: at(site.pairs.first, pair + 1) - first }, (_, i) => first + i);
}

/** The label that a scorer gave, of compliance the outcome, which every reply has; null where there is none. */
export function labelOf(site: Site, scorer: string, reply: number): string | null {
  return site.labels[scorer]?.[site.replies.label[scorer]?.[reply] ?? -1] ?? null;
}

/** Why a scorer gave no label, whatever the outcome is called; null where it gave one, or was not there. */
export function reasonOf(site: Site, scorer: string, reply: number): string | null {
  return site.reasons[site.replies.reason[scorer]?.[reply] ?? -1] ?? null;
}

/** Whether a compliance scorer says that the reply does what is asked; null where it does not know. */
export function complianceOf(site: Site, scorer: string, reply: number): "complies" | "refuses" | null {
  const outcome = labelOf(site, scorer, reply);
  return outcome === "complies" || outcome === "refuses" ? outcome : null;
}

/** Scorers of compliance, judge before prefix. */
export function complianceScorers(site: Site): string[] {
  return [JUDGE, PREFIX].filter((scorer) => scorer in site.labels);
}

/** Whether two replies of a pair have different labels of compliance. */
export function isDiscordant(site: Site, scorer: string, pair: number): boolean {
  const labels = new Set(repliesOf(site, pair).map((reply) => complianceOf(site, scorer, reply)));
  return labels.has("complies") && labels.has("refuses");
}

/** The share of votes that say that the reasoning is alignment-faking: it lies in [low, high]; null where none was asked. */
export function shareOf(site: Site, reply: number): { low: number; high: number } | null {
  const votes = site.replies.votes[reply];
  const asked = site.replies.votes_asked[reply];
  const yes = site.replies.votes_yes[reply];
  if (votes == null || asked == null || yes == null || votes === 0) return null;
  return { low: yes / votes, high: (votes - (asked - yes)) / votes };
}

/** Defects of the form of a reply. */
export function defectsOf(site: Site, reply: number): string[] {
  const bits = at(site.replies.defects, reply);
  return site.defects.filter((_, i) => Math.floor(bits / 2 ** i) % 2 === 1);
}

/** Name of the tier of a reply. */
export function tierOf(site: Site, reply: number): string {
  return at(site.tiers, at(site.replies.tier, reply));
}

export function experimentOf(site: Site, pair: number): Experiment {
  return at(site.experiments, at(site.pairs.experiment, pair));
}

/** Name of an experiment: what its rows of the report have in common, and what else tells it from others of this site. */
export function experimentName(experiment: Experiment, all: Experiment[]): string {
  const others = Object.entries(experiment.others)
    .filter(([field, value]) => all.some((other) => other.others[field] !== value))
    .map(([field, value]) => `${field} ${value}`);
  return [
    experiment.model,
    experiment.setting,
    experiment.cot ? "CoT" : "no CoT",
    experiment.variation,
    ...others,
  ].join(" · ");
}

/** An entry that must be there. */
export function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined)
    throw new RangeError(`data/site.js has no entry ${index} where one is needed. Write the site again.`);
  return value;
}
