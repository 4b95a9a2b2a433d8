import { expect, it } from "vitest";
import { glyphs, plain } from "./sign";

it.each([
  ["plain text, in any script", "Añ 字 مرحبا 👍 <b>&amp;</b>", [{ plain: "Añ 字 مرحبا 👍 <b>&amp;</b>" }]],
  ["tabs and line breaks of any system", "a\tb\nc\r\nd", [{ plain: "a\tb\nc\nd" }]],
  [
    "a control character",
    "a\u0000b",
    [{ plain: "a" }, { sign: "␀", name: "U+0000 control character", count: 1 }, { plain: "b" }],
  ],
  ["a carriage return alone", "\r", [{ sign: "␍", name: "U+000D control character", count: 1 }]],
  ["delete", "\u007f", [{ sign: "␡", name: "U+007F control character", count: 1 }]],
  [
    "an override, once for a run of it",
    "\u202e\u202e\u202ex",
    [{ sign: "[U+202E]", name: "U+202E right-to-left override", count: 3 }, { plain: "x" }],
  ],
  [
    "other marks in their order",
    "\u2066\u200b",
    [
      { sign: "[U+2066]", name: "U+2066 left-to-right isolate", count: 1 },
      { sign: "[U+200B]", name: "U+200B zero-width space", count: 1 },
    ],
  ],
  [
    "tags beyond the first plane",
    "\u{e0041}\u{e0041}",
    [{ sign: "[U+E0041]", name: "U+E0041 character that cannot be seen", count: 2 }],
  ],
])("shows %s", (_, text, shown) => {
  expect(glyphs(text)).toEqual(shown);
});

it.each([0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0xfeff])(
  "leaves no character that moves others or cannot be seen: %i",
  (code) => {
    const character = String.fromCodePoint(code);
    expect(plain(`a${character}b`)).not.toContain(character);
  },
);
