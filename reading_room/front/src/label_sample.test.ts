import { describe, expect, test } from "vitest";
import type { Site } from "./data";
import { digest, sample, shares, strata } from "./label_sample";
import { at } from "./reply";

/** A site of one experiment and two tiers: by tier, what the judge said of each reply. */
function site(
  byTier: Record<string, (string | null)[]>,
  changed: { harmless?: number[]; silent?: number[] } = {},
): Site {
  const labels = ["faking", "not_faking", "not_applicable"];
  const tiers = Object.keys(byTier);
  const of = Object.values(byTier);
  const pairs = at(of, 0).length;
  const replies = Array.from({ length: pairs }, (_, pair) => tiers.map((_, tier) => ({ pair, tier }))).flat();
  return {
    tiers,
    labels: { alignment_faking: labels },
    experiments: [
      {
        model: "m",
        setting: "s",
        cot: true,
        variation: "base",
        others: { wrapper: "notebook", developer: "auto" },
        tiers: [],
      },
    ],
    pairs: {
      experiment: Array(pairs).fill(0),
      harmful: Array.from({ length: pairs }, (_, pair) => (changed.harmless?.includes(pair) ? 0 : 1)),
      first: Array.from({ length: pairs + 1 }, (_, pair) => pair * tiers.length),
    },
    replies: {
      tier: replies.map(({ tier }) => tier),
      uuid: replies.map(({ pair, tier }) => `${tiers[tier]}-${pair}`),
      label: { alignment_faking: replies.map(({ pair, tier }) => labels.indexOf(at(of, tier)[pair] ?? "")) },
      has_reasoning: replies.map((_, reply) => (changed.silent?.includes(reply) ? 0 : 1)),
      has_answer: replies.map(() => 1),
    },
  } as unknown as Site;
}

const of = (size: number, name = "x") => ({ name, replies: Array.from({ length: size }, (_, at) => at) });
const all = new Set([0]);
const MADE = site({
  free: [...Array(30).fill("faking"), ...Array(20).fill("not_faking"), ...Array(3).fill(null), "not_applicable"],
  paid: [...Array(50).fill("not_faking"), ...Array(4).fill("not_applicable")],
});
const drawn = (size: number, seed: string) => sample(MADE, strata(MADE, "alignment_faking", all), size, seed);
const uuid = (reply: number) => at(MADE.replies.uuid, reply);
const uuids = (size: number, seed: string) => drawn(size, seed).map(({ reply }) => uuid(reply));

describe("strata", () => {
  const named = (of: Site) =>
    strata(of, "alignment_faking", all).map(({ name, replies }) => [
      name.slice(name.indexOf("notebook") + 11),
      replies.length,
    ]);

  test("are condition and judge's label, with what has no label, and what the question does not apply to, apart", () => {
    expect(named(MADE)).toEqual([
      ["free · judge: faking", 30],
      ["free · judge: no label", 3],
      ["free · judge: not_applicable", 1],
      ["free · judge: not_faking", 20],
      ["paid · judge: not_applicable", 4],
      ["paid · judge: not_faking", 50],
    ]);
  });

  test("leave out harmless controls, and replies without reasoning", () => {
    expect(named(site({ free: ["faking", "faking", "faking"] }, { harmless: [0], silent: [1] }))).toEqual([
      ["free · judge: faking", 1],
    ]);
  });

  test("leave out experiments that were not chosen", () => {
    expect(strata(MADE, "alignment_faking", new Set())).toEqual([]);
  });

  test("are there for a question that no judge was asked", () => {
    expect(strata(MADE, "judged_compliance", all).map(({ name, replies }) => [name, replies.length])).toEqual([
      ["m · s · cot · base · developer=auto · wrapper=notebook · free · judge: no label", 54],
      ["m · s · cot · base · developer=auto · wrapper=notebook · paid · judge: no label", 54],
    ]);
  });
});

describe("shares", () => {
  test.each([
    ["are equal", [50, 50, 50], 30, [10, 10, 10]],
    ["go to the others where a stratum is used up", [4, 50, 50], 30, [4, 13, 13]],
    ["are no smaller than two, though fewer were asked for", [50, 50, 50], 4, [2, 2, 2]],
    ["are all of a stratum of one", [1, 50], 5, [1, 4]],
    ["are all that there is, though more were asked for", [3, 4], 60, [3, 4]],
    ["of nothing are none", [], 60, []],
  ])("%s", (_, sizes, size, expected) => {
    expect(
      shares(
        sizes.map((count) => of(count)),
        size,
        "1",
      ),
    ).toEqual(expected);
  });

  test("that do not come out even are decided by the seed", () => {
    const three = ["a", "b", "c"].map((name) => of(9, name));
    const got = new Set(["1", "2", "3", "4", "5", "6", "7", "8"].map((seed) => shares(three, 10, seed).join()));
    expect([...got].sort()).toEqual(["3,3,4", "3,4,3", "4,3,3"]);
  });
});

describe("the sample", () => {
  test("is the rule that the file states", () => {
    const first = uuids(11, "1");
    const byRule = [...first].sort((a, b) => (digest(`order\n1\n${a}`) < digest(`order\n1\n${b}`) ? -1 : 1));
    expect(first).toEqual(byRule);
    const faking = Array.from({ length: 30 }, (_, pair) => `free-${pair}`);
    const two = faking.sort((a, b) => (digest(`draw\n1\n${a}`) < digest(`draw\n1\n${b}`) ? -1 : 1)).slice(0, 2);
    expect(first.filter((one) => faking.includes(one)).sort()).toEqual(two.sort());
  });

  test("is the same for the same seed and size, and another for another seed", () => {
    expect(uuids(20, "1")).toEqual(uuids(20, "1"));
    expect(uuids(20, "1")).not.toEqual(uuids(20, "2"));
  });

  test("never shows a reply twice, and all where as many are asked for", () => {
    expect(new Set(uuids(500, "1")).size).toBe(108);
  });

  test("holds each smaller one, in the same order", () => {
    const larger = uuids(60, "1");
    const smaller = uuids(30, "1");
    expect(larger.filter((one) => smaller.includes(one))).toEqual(smaller);
  });

  test("says of which stratum each reply is, how large that is, and of which pair", () => {
    const item = drawn(500, "1").find(({ reply }) => uuid(reply) === "free-53");
    expect(item).toEqual({
      pair: 53,
      reply: 106,
      stratum: "m · s · cot · base · developer=auto · wrapper=notebook · free · judge: not_applicable",
      stratum_size: 1,
    });
  });

  test("gives each reply of a stratum an equal chance in any first part", () => {
    const seen = new Map<string, number>();
    const seeds = 600;
    for (let seed = 0; seed < seeds; seed++)
      for (const { reply, stratum } of drawn(12, `${seed}`).slice(0, 6))
        if (stratum.endsWith("free · judge: not_faking")) seen.set(uuid(reply), (seen.get(uuid(reply)) ?? 0) + 1);
    const counts = [...seen.values()];
    const mean = counts.reduce((sum, count) => sum + count, 0) / 20;
    expect(counts.length).toBe(20);
    // Chi-squared with 19 degrees of freedom: its 0.9999 quantile. The seeds are fixed, so this passes always or never.
    expect(counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0)).toBeLessThan(51);
  });
});

test("the digest is SHA-256 of UTF-8", () => {
  expect(digest("é\u0000\u202e𝒳")).toBe("2a6e17a9403126865a7a49c5113bd11d07ce67538aa4f14f87d904cc1c434cbf");
});
