import { afterEach, beforeEach, expect, test } from "vitest";
import type { Site } from "./data";
import type { HumanLabel } from "./label_file";
import { keepStart, LabelStore, lastStart } from "./label_store";

/** A site of replies, each `uuid judge's label`. */
function site(...replies: string[]): Site {
  const labels = ["faking", "not_faking"];
  const of = replies.map((reply) => reply.split(" "));
  return {
    logs: [{ eval_id: "e" }],
    labels: { alignment_faking: labels },
    replies: {
      uuid: of.map(([uuid]) => uuid),
      label: { alignment_faking: of.map(([, label]) => labels.indexOf(label ?? "")) },
    },
  } as unknown as Site;
}

const SITE = site("u1 faking", "u2 not_faking");
const REBUILT = site("u2 not_faking", "u1 faking");
const ADA = { labeller: "ada", question: "alignment_faking", seed: "1" };
const label = (uuid: string, said: string, note = "") => ({ uuid, label: said, note }) as HumanLabel;
const said = (store: LabelStore) => [...store.labels.values()].map(({ uuid, label, note }) => [uuid, label, note]);

let disk: Map<string, string>;
let full = false;

beforeEach(() => {
  disk = new Map();
  full = false;
  globalThis.localStorage = {
    getItem: (key: string) => disk.get(key) ?? null,
    setItem: (key: string, text: string) => {
      if (full) throw new DOMException("full", "QuotaExceededError");
      disk.set(key, text);
    },
  } as Storage;
});

afterEach(() => {
  Reflect.deleteProperty(globalThis, "localStorage");
});

test("answers are there after a reload, and after the site is built again", () => {
  new LabelStore(SITE, ADA).answer(label("u1", "faking", "odd"));
  const again = new LabelStore(REBUILT, ADA);
  expect([said(again), again.unexported, again.failure]).toEqual([[["u1", "faking", "odd"]], 1, null]);
});

test.each([
  ["set of replies", site("u1 faking"), ADA],
  ["judge", site("u1 faking", "u2 faking"), ADA],
  ["labeller", SITE, { ...ADA, labeller: "bob" }],
  ["question", SITE, { ...ADA, question: "judged_compliance" }],
  ["seed", SITE, { ...ADA, seed: "2" }],
])("another %s has labels of its own", (_, site, who) => {
  new LabelStore(SITE, ADA).answer(label("u1", "faking"));
  expect(said(new LabelStore(site, who))).toEqual([]);
});

test("the last answer replaces the one before", () => {
  const store = new LabelStore(SITE, ADA);
  store.answer(label("u1", "faking"));
  store.answer(label("u2", "unsure"));
  store.answer(label("u1", "not_faking", "read again"));
  expect([said(store), store.unexported]).toEqual([
    [
      ["u1", "not_faking", "read again"],
      ["u2", "unsure", ""],
    ],
    2,
  ]);
});

test("a draft of a note is kept until the reply has a label, which then has the note", () => {
  const store = new LabelStore(SITE, ADA);
  store.draft("u1", "hm");
  expect([new LabelStore(SITE, ADA).note("u1"), store.note("u2")]).toEqual(["hm", ""]);
  store.answer(label("u1", "faking", ""));
  expect(new LabelStore(SITE, ADA).note("u1")).toBe("");
});

test("what was exported is said, and an answer changed after that is not exported", () => {
  const store = new LabelStore(SITE, ADA);
  store.answer(label("u1", "faking"));
  store.answer(label("u2", "faking"));
  store.exported();
  expect(new LabelStore(SITE, ADA).unexported).toBe(0);
  store.answer(label("u2", "not_faking"));
  expect(new LabelStore(SITE, ADA).unexported).toBe(1);
});

test("two tabs do not take each other's answers away", () => {
  const [one, other] = [new LabelStore(SITE, ADA), new LabelStore(SITE, ADA)];
  one.answer(label("u1", "faking"));
  other.answer(label("u2", "unsure"));
  expect(said(new LabelStore(SITE, ADA))).toEqual([
    ["u1", "faking", ""],
    ["u2", "unsure", ""],
  ]);
});

test("a browser that keeps nothing is said, and the page goes on knowing", () => {
  Reflect.deleteProperty(globalThis, "localStorage");
  const store = new LabelStore(SITE, { ...ADA, seed: "off" });
  store.answer(label("u1", "faking"));
  store.answer(label("u2", "faking"));
  expect(store.failure).toMatch(/^This browser keeps nothing for this page .*Export before you leave it\.$/);
  expect(said(new LabelStore(SITE, { ...ADA, seed: "off" })).length).toBe(2);
});

test("a browser that is full does not bring older answers back, and keeps all once there is room", () => {
  const store = new LabelStore(SITE, ADA);
  store.answer(label("u1", "faking"));
  full = true;
  store.answer(label("u1", "unsure"));
  expect([said(new LabelStore(SITE, ADA)), store.failure === null]).toEqual([[["u1", "unsure", ""]], false]);
  full = false;
  store.answer(label("u2", "faking"));
  expect([store.failure, [...disk.values()].some((text) => text.includes("unsure"))]).toEqual([null, true]);
});

test("what cannot be read is put aside and said, never overwritten", () => {
  new LabelStore(SITE, ADA).answer(label("u1", "faking"));
  const key = [...disk.keys()].join();
  disk.set(key, '{"labels": [');
  const store = new LabelStore(SITE, ADA);
  expect(store.failure).toMatch(/^What this browser had kept cannot be read, and was put aside/);
  store.answer(label("u2", "faking"));
  expect(disk.get(`${key}:unreadable`)).toBe('{"labels": [');
});

test("the form is filled in as it was last", () => {
  expect(lastStart(SITE)).toBeNull();
  keepStart(SITE, { ...ADA, size: 60, left_out: ["m · s"] });
  expect(lastStart(REBUILT)).toEqual({ ...ADA, size: 60, left_out: ["m · s"] });
});
