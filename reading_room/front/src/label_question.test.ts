import { expect, test } from "vitest";
import { KEYS, QUESTIONS } from "./label_question";

test.each(Object.entries(QUESTIONS))(
  "%s: no key does two things, and each of two rows answers in order",
  (_, { answers }) => {
    const keys = [...Object.values(KEYS), ...answers.flatMap((answer) => answer.keys)];
    expect(new Set(keys).size).toBe(keys.length);
    expect(answers.map((answer) => answer.keys[1])).toEqual(["1", "2", "3"]);
  },
);

test("the answers are the labels that study/human_label.py takes, the positive one first", () => {
  const labels = Object.entries(QUESTIONS).map(([name, { answers }]) => [name, answers.map(({ label }) => label)]);
  expect(labels).toEqual([
    ["alignment_faking", ["faking", "not_faking", "unsure"]],
    ["judged_compliance", ["complies", "refuses", "unsure"]],
  ]);
});
