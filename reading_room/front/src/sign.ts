/** Characters that cannot be seen, or that move others: they are shown as signs, so that a text is what it looks like. */

/** Text as it is, or what stands for `count` equal characters that cannot be seen. */
export type Glyphs = { plain: string } | { sign: string; name: string; count: number };

const NAMES: Record<number, string> = {
  173: "soft hyphen",
  1564: "Arabic letter mark",
  8203: "zero-width space",
  8204: "zero-width non-joiner",
  8205: "zero-width joiner",
  8206: "left-to-right mark",
  8207: "right-to-left mark",
  8232: "line separator",
  8233: "paragraph separator",
  8234: "left-to-right embedding",
  8235: "right-to-left embedding",
  8236: "pop directional formatting",
  8237: "left-to-right override",
  8238: "right-to-left override",
  8288: "word joiner",
  8294: "left-to-right isolate",
  8295: "right-to-left isolate",
  8296: "first strong isolate",
  8297: "pop directional isolate",
  65279: "zero-width no-break space",
};

// Control characters but tab and line feed; format characters (bidirectional, zero-width, tags); separators, and letters
// and selectors without a shape.
const UNSEEN =
  /(?![\t\n])\p{Cc}|\p{Cf}|[\u2028\u2029\u115f\u1160\u17b4\u17b5\u3164\uffa0]|\u034f|\p{Co}|[\u{e0100}-\u{e01ef}]/u;
const RUN = new RegExp(`(${UNSEEN.source})\\1*`, "gu");

/** Splits a text into what can be shown as it is and signs. A line break of any system is a line feed. */
export function glyphs(text: string): Glyphs[] {
  const shown = text.replace(/\r\n/g, "\n");
  const found: Glyphs[] = [];
  let last = 0;
  for (const run of shown.matchAll(RUN)) {
    if (run.index > last) found.push({ plain: shown.slice(last, run.index) });
    const character = run[1] ?? "";
    found.push({ ...sign(character.codePointAt(0) ?? 0), count: run[0].length / character.length });
    last = run.index + run[0].length;
  }
  if (last < shown.length) found.push({ plain: shown.slice(last) });
  return found;
}

/** The same as one string, for where no element can stand: titles and names. */
export function plain(text: string): string {
  return glyphs(text)
    .map((glyph) => ("plain" in glyph ? glyph.plain : glyph.sign.repeat(Math.min(glyph.count, 8))))
    .join("");
}

function sign(code: number): { sign: string; name: string } {
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  if (code < 32) return { sign: String.fromCodePoint(0x2400 + code), name: `${hex} control character` };
  if (code === 127) return { sign: "␡", name: `${hex} control character` };
  return { sign: `[${hex}]`, name: `${hex} ${NAMES[code] ?? "character that cannot be seen"}` };
}

/** A name out of the data as words. */
export function words(name: string): string {
  return plain(name).replaceAll("_", " ");
}
