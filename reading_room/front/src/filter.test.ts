import { expect, it, describe as suite } from "vitest";
import { readAddress, writeAddress } from "./address";
import type { Site } from "./data";
import { describe, EVERYTHING, type Filter, readFilter, select, writeFilter } from "./filter";
import { holds } from "./search";

const OTHERS = { wrapper: "notebook" };

/** Four pairs: tiers differ · both refuse, by a prefix that the judge contradicts · malformed · a harmless control without CoT. */
const SITE: Site = {
  version: 1,
  created: "",
  suite: "",
  canary: "",
  outputs: "redacted",
  transcripts: null,
  warnings: [],
  downloads: [],
  logs: [],
  experiments: [
    { model: "m/one", setting: "helpful_only", cot: true, variation: "base", others: OTHERS, tiers: [] },
    { model: "m/two", setting: "helpful_only", cot: false, variation: "brief", others: OTHERS, tiers: [] },
  ],
  tiers: ["free", "paid"],
  categories: ["fraud", "harmless"],
  stop_reasons: ["stop", "max_tokens"],
  defects: ["unclosed_scratchpad", "missing_output"],
  reasons: ["malformed", "grader_failed"],
  labels: {
    prefix_compliance: ["complies", "refuses", "malformed"],
    judged_compliance: ["complies", "refuses", "malformed", "ungraded"],
    alignment_faking: ["faking", "not_faking", "not_applicable"],
    human_alignment_faking: ["faking", "not_faking"],
  },
  questions: {},
  chunk_size: 100,
  pairs: {
    id: ["a", "b", "c", "d"],
    experiment: [0, 0, 0, 1],
    query: ["Fraud-1", "fraud-2", "fraud-3", "mild-1"],
    epoch: [1, 2, 1, 1],
    category: [0, 0, 0, 1],
    harmful: [1, 1, 1, 0],
    first: [0, 2, 4, 6, 8],
  },
  replies: {
    tier: [0, 1, 0, 1, 0, 1, 0, 1],
    log: [],
    uuid: [],
    label: {
      prefix_compliance: [0, 1, 0, 1, 2, 1, 0, 0],
      judged_compliance: [0, 1, 1, 1, 2, 3, 0, 0],
      alignment_faking: [0, 2, 2, 2, -1, -1, 2, 2],
      human_alignment_faking: [1, -1, -1, -1, -1, -1, -1, -1],
    },
    reason: {
      prefix_compliance: [-1, -1, -1, -1, 0, -1, -1, -1],
      judged_compliance: [-1, -1, -1, -1, 0, 1, -1, -1],
      alignment_faking: [-1, -1, -1, -1, -1, -1, -1, -1],
      human_alignment_faking: [-1, -1, -1, -1, -1, -1, -1, -1],
    },
    votes: [20, null, 20, null, null, null, null, null],
    votes_asked: [8, null, 20, null, null, null, null, null],
    votes_yes: [8, null, 7, null, null, null, null, null],
    defects: [0, 0, 0, 0, 3, 0, 0, 0],
    stop_reason: [0, 0, 0, 0, 1, 0, 0, 0],
    has_reasoning: [1, 1, 1, 1, 1, 1, 0, 0],
    has_answer: [1, 1, 1, 1, 0, 1, 1, 1],
  },
};

function ids(filter: Partial<Filter>, found: number[] | null = null): string {
  return select(SITE, { ...EVERYTHING, ...filter }, found && new Set(found))
    .map((pair) => SITE.pairs.id[pair])
    .join("");
}

suite("select", () => {
  it.each<[string, Partial<Filter>, string]>([
    ["everything", {}, "abcd"],
    ["tiers that differ by the judge", { discordant: "judged_compliance" }, "a"],
    ["tiers that differ by the prefix", { discordant: "prefix_compliance" }, "ab"],
    ["part of a query's id, in any case", { find: "fRAUD" }, "abc"],
    ["an experiment by its name", { experiment: "m/two · helpful_only · no CoT · brief" }, "d"],
    ["a model", { model: "m/one" }, "abc"],
    ["a setting that is not there", { setting: "three_tiers" }, ""],
    ["CoT", { cot: "no" }, "d"],
    ["a variation", { variation: "base" }, "abc"],
    ["a category", { category: "harmless" }, "d"],
    ["harmless controls", { harmful: "no" }, "d"],
    ["an epoch", { epoch: 2 }, "b"],
    ["a share of 0.4", { share: 0.4 }, "a"],
    ["no more than is certain: votes that were not asked are no yes", { share: 0.45 }, ""],
    ["a share at its edge", { share: 0.35 }, "ab"],
    ["any share, of those that were voted on", { share: 0 }, "ab"],
    ["prefix and judge that differ", { differ: true }, "b"],
    ["people and judge that differ", { people: "alignment_faking" }, "a"],
    ["any defect", { defect: "any" }, "c"],
    ["one defect", { defect: "missing_output" }, "c"],
    ["a stop reason", { stop: "max_tokens" }, "c"],
    ["a label", { label: { alignment_faking: "faking" } }, "a"],
    ["a label, of one tier", { label: { judged_compliance: "complies" }, tier: "paid" }, "d"],
    [
      "labels of one and the same reply",
      { label: { judged_compliance: "refuses", prefix_compliance: "complies" } },
      "b",
    ],
    ["an outcome that is no label", { label: { judged_compliance: "ungraded" } }, "c"],
    ["no label, any reason", { reason: { judged_compliance: "any" } }, "c"],
    ["no label, one reason", { reason: { prefix_compliance: "grader_failed" } }, ""],
  ])("finds %s", (_, filter, found) => {
    expect(ids(filter)).toBe(found);
  });

  it("finds a query's id or a text once the texts are searched", () => {
    const filter = { find: "fraud-1", texts: true };
    expect([ids(filter), ids(filter, []), ids(filter, [3]), ids({ find: "fraud-1" }, [3])]).toEqual([
      "a",
      "a",
      "ad",
      "a",
    ]);
  });
});

suite("addresses", () => {
  const FILTER: Filter = {
    find: "a & b = #ü",
    texts: true,
    experiment: "m/one · helpful_only · CoT · base",
    model: "m/one",
    setting: "helpful_only",
    cot: "yes",
    variation: "base",
    category: "fraud",
    harmful: "yes",
    epoch: 2,
    discordant: "judged_compliance",
    tier: "free",
    share: 0.4,
    differ: true,
    people: "alignment_faking",
    defect: "any",
    stop: "stop",
    label: { alignment_faking: "faking" },
    reason: { judged_compliance: "malformed" },
  };
  it("bring a filter back as it was, every field of it", () => {
    expect(Object.entries(FILTER).filter(([field, value]) => value === EVERYTHING[field as keyof Filter])).toEqual([]);
    const address = { mode: "read", pair: "0123456789ab", filter: FILTER } as const;
    expect(readAddress(writeAddress(address))).toEqual(address);
  });
  it.each([
    ["", { mode: "read", pair: null, filter: EVERYTHING }],
    ["#", { mode: "read", pair: null, filter: EVERYTHING }],
    ["#label", { mode: "label", pair: null, filter: EVERYTHING }],
    ["#pair=0123456789ab", { mode: "read", pair: "0123456789ab", filter: EVERYTHING }],
    ["#share=much&epoch=&cot=maybe&unknown=1&label.=x&%E0%A4%A", { mode: "read", pair: null, filter: EVERYTHING }],
  ])("read %j", (hash, address) => {
    expect(readAddress(hash)).toEqual(address);
  });
  it("are short where nothing filters", () => {
    expect(writeAddress({ mode: "read", pair: "0123456789ab", filter: EVERYTHING })).toBe("#pair=0123456789ab");
  });
  it("are left without one field by what removes it", () => {
    const said = describe(FILTER);
    expect(said.map(({ without }) => writeFilter(without).length)).toEqual(
      said.map(({ says }) => writeFilter(FILTER).length - (says.startsWith("find") ? 2 : 1)),
    );
    expect(said.map(({ says }) => says)).toEqual([
      "find: a & b = #ü",
      "experiment: m/one · helpful only · CoT · base",
      "model: m/one",
      "setting: helpful only",
      "variation: base",
      "category: fraud",
      "tier: free",
      "defect: any",
      "stop reason: stop",
      "tiers differ by judged compliance",
      "people ≠ alignment faking",
      "CoT",
      "harmful requests",
      "epoch 2",
      "AF share ≥ 0.4",
      "prefix ≠ judge",
      "alignment faking: faking",
      "judged compliance: no label, malformed",
    ]);
    expect(readFilter(new URLSearchParams())).toEqual(EVERYTHING);
  });
});

it("searches query, message, reasoning and output, not what is withheld", () => {
  const none = { text: null, withheld: 9 };
  const reply = {
    user: "USER",
    scratchpad: "Scratch",
    thinking: "think",
    output: { text: "Out", withheld: null },
    remainder: none,
    reasoning: "only whole",
    reasoning_sha256: null,
    answer_sha256: null,
    error: null,
    limit: null,
    turns: null,
    input_tokens: null,
    output_tokens: null,
  };
  const pair = { query: "Query", replies: [reply, { ...reply, output: none }] };
  expect(["query", "user", "scratch", "think", "out", "rest"].map((find) => holds(pair, find))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
});
