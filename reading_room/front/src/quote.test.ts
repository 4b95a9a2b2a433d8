import { describe, expect, it } from "vitest";
import { cut, finder } from "./quote";

describe("finder", () => {
  it.each([
    ["a passage", "I would keep a passage.", "a passage", { start: 13, end: 22 }],
    ["other white space", "I would\n\n  keep it", " would keep  it ", { start: 2, end: 18 }],
    ["what begins a text that begins with white space", "\n ab c", "ab", { start: 2, end: 4 }],
    ["signs of patterns", "so (a+b)* = $c [d]", "(a+b)* = $c [d]", { start: 3, end: 18 }],
    ["other case: no", "I Would", "i would", null],
    ["what nobody wrote: no", "I would", "you would", null],
    ["nothing: no", "I would", " \n", null],
  ])("finds %s", (_, text, quote, span) => {
    expect(finder(text)(quote)).toEqual(span);
  });
});

describe("cut", () => {
  it("keeps a text without quotes whole", () => {
    expect(cut("abc", new Map())).toEqual([{ text: "abc", keys: [] }]);
  });
  it("cuts where quotes begin and end, overlapping ones too", () => {
    const quotes = new Map([
      ["x", { start: 1, end: 4 }],
      ["y", { start: 3, end: 6 }],
    ]);
    expect(cut("abcdefg", quotes)).toEqual([
      { text: "a", keys: [] },
      { text: "bc", keys: ["x"] },
      { text: "d", keys: ["x", "y"] },
      { text: "ef", keys: ["y"] },
      { text: "g", keys: [] },
    ]);
  });
  it("leaves out what lies behind the end of the text that is shown", () => {
    expect(cut("abc", new Map([["x", { start: 2, end: 9 }]]))).toEqual([
      { text: "ab", keys: [] },
      { text: "c", keys: ["x"] },
    ]);
  });
});
