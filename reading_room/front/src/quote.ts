/** Where a judge's quotes are in a text. */

/** From the first character to the one after the last, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

/** A stretch of text and the keys of the quotes that it belongs to. */
export interface Stretch {
  text: string;
  keys: string[];
}

/** Gives what finds quotes in a text, white space aside; null where a quote is not there or empty. */
export function finder(text: string): (quote: string) => Span | null {
  const places: number[] = [];
  const words: string[] = [];
  for (const word of text.matchAll(/\S+/g)) {
    if (words.length > 0) places.push(word.index - 1);
    for (let i = 0; i < word[0].length; i++) places.push(word.index + i);
    words.push(word[0]);
  }
  const squeezed = words.join(" ");
  return (quote) => {
    const wanted = quote.trim().split(/\s+/).join(" ");
    const from = wanted === "" ? -1 : squeezed.indexOf(wanted);
    if (from < 0) return null;
    return { start: places[from] ?? 0, end: (places[from + wanted.length - 1] ?? 0) + 1 };
  };
}

/** Cuts a text where quotes begin and end; quotes may overlap. */
export function cut(text: string, quotes: ReadonlyMap<string, Span>): Stretch[] {
  const edges = new Set([0, text.length]);
  for (const { start, end } of quotes.values()) {
    edges.add(Math.min(start, text.length));
    edges.add(Math.min(end, text.length));
  }
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted.slice(1).map((end, i) => {
    const start = sorted[i] ?? 0;
    const keys = [...quotes].filter(([, span]) => span.start <= start && end <= span.end).map(([key]) => key);
    return { text: text.slice(start, end), keys };
  });
}
