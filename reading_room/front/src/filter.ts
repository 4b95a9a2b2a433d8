/** Which pairs are shown, and the part of the address that says so. */

import type { Site } from "./data";
import {
  at,
  complianceOf,
  defectsOf,
  experimentName,
  isDiscordant,
  JUDGE,
  labelOf,
  PREFIX,
  reasonOf,
  repliesOf,
  shareOf,
  tierOf,
} from "./reply";
import { words } from "./sign";

/**
 * A field is null where it does not filter. Fields of pairs must all hold; fields of replies must hold of one and the
 * same reply, that of `tier` where one is named.
 */
export interface Filter {
  /** Part of a query's id, or, with `texts`, of any text of the pair; any case. */
  find: string | null;
  texts: boolean;
  experiment: string | null;
  model: string | null;
  setting: string | null;
  cot: "yes" | "no" | null;
  variation: string | null;
  category: string | null;
  harmful: "yes" | "no" | null;
  epoch: number | null;
  /** Scorer of compliance by which tiers differ. */
  discordant: string | null;
  tier: string | null;
  /** Least certain share of votes, yes ÷ votes. */
  share: number | null;
  /** Prefix and judge say different things. */
  differ: boolean;
  /** People and judge say different things: the scorer of the judge. */
  people: string | null;
  /** A defect, or `any`. */
  defect: string | null;
  stop: string | null;
  /** Scorer → label, or reason for none. */
  label: Record<string, string>;
  reason: Record<string, string>;
}

export const EVERYTHING: Filter = {
  find: null,
  texts: false,
  experiment: null,
  model: null,
  setting: null,
  cot: null,
  variation: null,
  category: null,
  harmful: null,
  epoch: null,
  discordant: null,
  tier: null,
  share: null,
  differ: false,
  people: null,
  defect: null,
  stop: null,
  label: {},
  reason: {},
};

const TEXTS = [
  "find",
  "experiment",
  "model",
  "setting",
  "variation",
  "category",
  "discordant",
  "tier",
  "people",
  "defect",
  "stop",
] as const;

/** Reads a filter from the parameters of an address; what it does not know it leaves alone. */
export function readFilter(parameters: URLSearchParams): Filter {
  const filter: Filter = { ...EVERYTHING, label: {}, reason: {} };
  for (const field of TEXTS) filter[field] = parameters.get(field) || null;
  for (const field of ["cot", "harmful"] as const) {
    const value = parameters.get(field);
    filter[field] = value === "yes" || value === "no" ? value : null;
  }
  for (const field of ["epoch", "share"] as const) {
    const value = Number.parseFloat(parameters.get(field) ?? "");
    filter[field] = Number.isFinite(value) ? value : null;
  }
  for (const field of ["texts", "differ"] as const) filter[field] = parameters.get(field) === "yes";
  for (const [name, value] of parameters) {
    const [field, scorer] = split(name);
    if ((field === "label" || field === "reason") && scorer && value) filter[field][scorer] = value;
  }
  return filter;
}

/** Writes what `readFilter` reads: parameters in a fixed order, only those that filter. */
export function writeFilter(filter: Filter): [string, string][] {
  const written: [string, string][] = [];
  for (const field of TEXTS) if (filter[field]) written.push([field, filter[field]]);
  for (const field of ["cot", "harmful"] as const) if (filter[field]) written.push([field, filter[field]]);
  for (const field of ["epoch", "share"] as const)
    if (filter[field] !== null) written.push([field, String(filter[field])]);
  for (const field of ["texts", "differ"] as const) if (filter[field]) written.push([field, "yes"]);
  for (const field of ["label", "reason"] as const)
    for (const scorer of Object.keys(filter[field]).sort()) {
      const value = filter[field][scorer];
      if (value) written.push([`${field}.${scorer}`, value]);
    }
  return written;
}

/** Indices of the pairs that pass. `found`: pairs whose texts hold what is looked for; null while nobody looked. */
export function select(site: Site, filter: Filter, found: ReadonlySet<number> | null): number[] {
  const names = new Map(
    site.experiments.map((experiment) => [experiment, experimentName(experiment, site.experiments)]),
  );
  const wanted = site.experiments.map(
    (experiment) =>
      (filter.experiment === null || names.get(experiment) === filter.experiment) &&
      (filter.model === null || experiment.model === filter.model) &&
      (filter.setting === null || experiment.setting === filter.setting) &&
      (filter.cot === null || experiment.cot === (filter.cot === "yes")) &&
      (filter.variation === null || experiment.variation === filter.variation),
  );
  const find = filter.find?.toLowerCase() ?? null;
  const ofReplies = filtersReplies(filter);
  const selected: number[] = [];
  for (let pair = 0; pair < site.pairs.id.length; pair++) {
    if (!wanted[at(site.pairs.experiment, pair)]) continue;
    if (filter.category !== null && site.categories[at(site.pairs.category, pair)] !== filter.category) continue;
    if (filter.harmful !== null && at(site.pairs.harmful, pair) !== (filter.harmful === "yes" ? 1 : 0)) continue;
    if (filter.epoch !== null && at(site.pairs.epoch, pair) !== filter.epoch) continue;
    if (filter.discordant !== null && !isDiscordant(site, filter.discordant, pair)) continue;
    if (
      find !== null &&
      !at(site.pairs.query, pair).toLowerCase().includes(find) &&
      !(filter.texts && found?.has(pair))
    )
      continue;
    if (ofReplies && !repliesOf(site, pair).some((reply) => passes(site, filter, reply))) continue;
    selected.push(pair);
  }
  return selected;
}

function filtersReplies(filter: Filter): boolean {
  return (
    filter.tier !== null ||
    filter.share !== null ||
    filter.differ ||
    filter.people !== null ||
    filter.defect !== null ||
    filter.stop !== null ||
    Object.keys(filter.label).length > 0 ||
    Object.keys(filter.reason).length > 0
  );
}

function passes(site: Site, filter: Filter, reply: number): boolean {
  if (filter.tier !== null && tierOf(site, reply) !== filter.tier) return false;
  if (filter.share !== null && !((shareOf(site, reply)?.low ?? -1) >= filter.share)) return false;
  if (filter.differ) {
    const prefix = complianceOf(site, PREFIX, reply);
    const judge = complianceOf(site, JUDGE, reply);
    if (prefix === null || judge === null || prefix === judge) return false;
  }
  if (filter.people !== null) {
    const people = labelOf(site, `human_${filter.people}`, reply);
    const judge = labelOf(site, filter.people, reply);
    if (people === null || judge === null || people === judge) return false;
  }
  if (filter.defect !== null) {
    const defects = defectsOf(site, reply);
    if (filter.defect === "any" ? defects.length === 0 : !defects.includes(filter.defect)) return false;
  }
  if (filter.stop !== null && site.stop_reasons[at(site.replies.stop_reason, reply)] !== filter.stop) return false;
  for (const [scorer, label] of Object.entries(filter.label)) if (labelOf(site, scorer, reply) !== label) return false;
  for (const [scorer, reason] of Object.entries(filter.reason)) {
    const said = reasonOf(site, scorer, reply);
    if (reason === "any" ? said === null : said !== reason) return false;
  }
  return true;
}

/** What each field that filters says, for a reader; with the filter that is left without it. */
export function describe(filter: Filter): { says: string; without: Filter }[] {
  const said: { says: string; without: Filter }[] = [];
  const names: Partial<Record<keyof Filter, string>> = { stop: "stop reason", find: "find" };
  for (const field of TEXTS) {
    if (filter[field] === null || field === "discordant" || field === "people") continue;
    said.push({
      says: `${names[field] ?? field}: ${field === "find" ? filter[field] : words(filter[field])}`,
      without: { ...filter, [field]: null, ...(field === "find" ? { texts: false } : {}) },
    });
  }
  if (filter.discordant !== null)
    said.push({ says: `tiers differ by ${words(filter.discordant)}`, without: { ...filter, discordant: null } });
  if (filter.people !== null)
    said.push({ says: `people ≠ ${words(filter.people)}`, without: { ...filter, people: null } });
  if (filter.cot !== null)
    said.push({ says: filter.cot === "yes" ? "CoT" : "no CoT", without: { ...filter, cot: null } });
  if (filter.harmful !== null)
    said.push({
      says: filter.harmful === "yes" ? "harmful requests" : "harmless controls",
      without: { ...filter, harmful: null },
    });
  if (filter.epoch !== null) said.push({ says: `epoch ${filter.epoch}`, without: { ...filter, epoch: null } });
  if (filter.share !== null) said.push({ says: `AF share ≥ ${filter.share}`, without: { ...filter, share: null } });
  if (filter.differ) said.push({ says: "prefix ≠ judge", without: { ...filter, differ: false } });
  for (const field of ["label", "reason"] as const)
    for (const [scorer, value] of Object.entries(filter[field])) {
      const { [scorer]: _, ...rest } = filter[field];
      said.push({
        says: field === "label" ? `${words(scorer)}: ${words(value)}` : `${words(scorer)}: no label, ${words(value)}`,
        without: { ...filter, [field]: rest },
      });
    }
  return said;
}

/** Pairs that can be shown at all, in the order of the columns: their experiment's name. */
export function experimentNames(site: Site): string[] {
  return site.experiments.map((experiment) => experimentName(experiment, site.experiments));
}

function split(name: string): [string, string] {
  const dot = name.indexOf(".");
  return dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1)];
}
