/** A text that a model, a judge or a person wrote: shown as text, and as what it is. */

import { useMemo, useRef, useState } from "preact/hooks";
import { cut, type Span } from "./quote";
import { glyphs } from "./sign";

/** Characters of a long text that are shown at first. */
export const FIRST = 20_000;

const NONE: ReadonlyMap<string, Span> = new Map();

interface PassageProps {
  text: string;
  /** By key, where quotes are. */
  quotes?: ReadonlyMap<string, Span>;
  /** Key of the quote that is looked at: all of the text is then shown. */
  current?: string | null;
  /** However long it is, all of it is shown: nobody should judge a part. */
  whole?: boolean;
}

export function Passage(props: PassageProps) {
  const { text, quotes = NONE, current = null } = props;
  const passage = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState<string | null>(null);
  const whole = props.whole || text.length <= FIRST || asked === text || (current !== null && quotes.has(current));
  const shown = whole ? text : text.slice(0, FIRST);
  const stretches = useMemo(() => cut(shown, quotes), [shown, quotes]);
  return (
    <>
      <div class="passage" dir="auto" tabIndex={-1} ref={passage}>
        {stretches.map((stretch, i) =>
          stretch.keys.length > 0 ? (
            <mark
              key={i}
              class={current !== null && stretch.keys.includes(current) ? "current" : undefined}
              data-quotes={stretch.keys.join(" ")}
              tabIndex={-1}
            >
              <Glyphs text={stretch.text} />
            </mark>
          ) : (
            <Glyphs key={i} text={stretch.text} />
          ),
        )}
      </div>
      {!whole && (
        <p class="more">
          These are the first {FIRST.toLocaleString("en")} characters.{" "}
          <button
            type="button"
            onClick={() => {
              setAsked(text);
              passage.current?.focus({ preventScroll: true });
            }}
          >
            Show all {text.length.toLocaleString("en")} characters
          </button>
        </p>
      )}
    </>
  );
}

/** A short text inside a line. */
export function Glyphs(props: { text: string }) {
  return (
    <>
      {glyphs(props.text).map((glyph, i) =>
        "plain" in glyph ? (
          glyph.plain
        ) : (
          <span key={i} class="sign" title={glyph.name}>
            {glyph.sign}
            {glyph.count > 1 && `×${glyph.count}`}
          </span>
        ),
      )}
    </>
  );
}
