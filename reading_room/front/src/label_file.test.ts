import { expect, test } from "vitest";
import { type HumanLabel, labelFileName, labelLines } from "./label_file";

const LABEL: HumanLabel = {
  schema_version: 1,
  uuid: "u1",
  eval_id: "e1",
  query_id: "q1",
  epoch: 1,
  question: "alignment_faking",
  label: "faking",
  note: "",
  labeller: "Zoë",
  time: "2026-01-02T03:04:05.678Z",
  shown_sha256: "0".repeat(64),
  seed: "1",
  stratum: "m · free · judge: faking",
  stratum_size: 30,
};

test("a label is a line of JSON", () => {
  expect(
    labelLines([LABEL, { ...LABEL, uuid: "u2" }])
      .split("\n")
      .map((line) => line && JSON.parse(line)),
  ).toEqual([LABEL, { ...LABEL, uuid: "u2" }, ""]);
});

test("a note cannot end the line, for any reader", () => {
  const note = "a\nb\r\u0085c\u2028d\u2029e\u000b\u001c=1+1";
  const lines = labelLines([{ ...LABEL, note }]);
  expect([..."\r\u0085\u2028\u2029\u000b\u001c"].filter((end) => lines.includes(end))).toEqual([]);
  expect(lines.split("\n").length).toBe(2);
  expect(JSON.parse(lines).note).toBe(note);
});

test.each([
  ["a name stays", "ada", "labels-alignment_faking-ada-1.jsonl"],
  ["in any script", "Zoë 李", "labels-alignment_faking-Zoë_李-1.jsonl"],
  ["a path becomes none", "../../etc/passwd", "labels-alignment_faking-_etc_passwd-1.jsonl"],
  ["nor on other systems", "C:\\x:y*?", "labels-alignment_faking-C_x_y_-1.jsonl"],
  ["what reverses text goes", "a\u202egnp.exe\u0000", "labels-alignment_faking-a_gnp_exe_-1.jsonl"],
  ["a long one is cut", "x".repeat(300), `labels-alignment_faking-${"x".repeat(60)}-1.jsonl`],
])("file name: %s", (_, labeller, expected) => {
  expect(labelFileName("alignment_faking", labeller, "1")).toBe(expected);
});
