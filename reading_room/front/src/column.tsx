/** One reply: reasoning and output set apart, what the judges said, and where it comes from. */

import { useMemo, useRef, useState } from "preact/hooks";
import { Block } from "./block";
import { Missing, Verdict } from "./chip";
import type { Judged, ReplyText, Site, Withheld } from "./data";
import { JudgedView } from "./judged";
import { Glyphs, Passage } from "./passage";
import { Provenance } from "./provenance";
import { finder, type Span } from "./quote";
import { at, defectsOf, FAKING, labelOf, reasonOf, shareOf, tierOf } from "./reply";
import { words } from "./sign";

interface ColumnProps {
  site: Site;
  pair: number;
  reply: number;
  text: ReplyText;
  judged: Record<string, Judged>;
}

export function ReplyColumn(props: ColumnProps) {
  const { site, reply, text, judged } = props;
  const column = useRef<HTMLElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const quotes = useMemo(() => quotesOf(judged), [judged]);
  const scratchpad = useMemo(() => spansIn(text.scratchpad, quotes), [text, quotes]);
  const thinking = useMemo(() => spansIn(text.thinking, quotes), [text, quotes]);
  const found = useMemo(() => new Set([...scratchpad.keys(), ...thinking.keys()]), [scratchpad, thinking]);

  function show(key: string) {
    setCurrent(key);
    requestAnimationFrame(() => {
      const mark = column.current?.querySelector<HTMLElement>(`mark[data-quotes~="${key}"]`);
      mark?.scrollIntoView({ block: "center" });
      mark?.focus({ preventScroll: true });
    });
  }

  const title = `reply-${reply}`;
  return (
    <section class="column" ref={column} aria-labelledby={title}>
      <h3 id={title}>{words(tierOf(site, reply))} tier</h3>
      <Labels site={site} reply={reply} />
      <State site={site} reply={reply} text={text} />
      {text.thinking !== null && (
        <Block title="Native thinking" kind="reasoning">
          <Passage text={text.thinking} quotes={thinking} current={current} />
        </Block>
      )}
      {text.scratchpad !== null && (
        <Block title="Scratchpad" kind="reasoning">
          <Passage text={text.scratchpad} quotes={scratchpad} current={current} />
        </Block>
      )}
      <Answer title="Output" answer={text.output} none="There is no output block." />
      {(text.remainder.text !== null || text.remainder.withheld !== null) && (
        <Answer title="Left outside any block" answer={text.remainder} none="" />
      )}
      <div class="sources">
        {Object.entries(judged).map(([scorer, said], i) => (
          <JudgedView
            key={scorer}
            scorer={scorer}
            judged={said}
            output={text.output.text}
            quotes={String(i)}
            found={found}
            show={show}
          />
        ))}
        <Provenance {...props} />
      </div>
    </section>
  );
}

function Labels(props: { site: Site; reply: number }) {
  const { site, reply } = props;
  const rows = Object.keys(site.labels)
    .map((scorer) => ({ scorer, label: labelOf(site, scorer, reply), reason: reasonOf(site, scorer, reply) }))
    .filter(({ label, reason }) => label !== null || reason !== null);
  if (rows.length === 0) return <p class="facts">No scorer has read this reply.</p>;
  return (
    <dl class="labels">
      {rows.map(({ scorer, label, reason }) => (
        <div key={scorer}>
          <dt>{words(scorer)}</dt>
          <dd>
            <Verdict label={label} reason={reason} />
            {scorer === FAKING && <Share site={site} reply={reply} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Share(props: { site: Site; reply: number }) {
  const { site, reply } = props;
  const share = shareOf(site, reply);
  if (share === null) return null;
  const { votes, votes_asked, votes_yes } = site.replies;
  return (
    <span
      class="share"
      title="Yes votes ÷ votes of the ballot, and what it could still be: votes that could not change the label were not asked."
    >
      share {share.low.toFixed(2)}
      {share.high > share.low && `–${share.high.toFixed(2)}`} · {votes_yes[reply]} yes in{" "}
      {votes_asked[reply] !== votes[reply] && `${votes_asked[reply]} of `}
      {votes[reply]} votes
    </span>
  );
}

function State(props: { site: Site; reply: number; text: ReplyText }) {
  const { site, reply, text } = props;
  const defects = defectsOf(site, reply);
  const facts = [
    `stop reason ${words(site.stop_reasons[at(site.replies.stop_reason, reply)] ?? "not known")}`,
    text.limit !== null && `limit ${text.limit}`,
    text.turns !== null && `${text.turns} ${text.turns === 1 ? "turn" : "turns"}`,
    text.input_tokens !== null && `${text.input_tokens.toLocaleString("en")} tokens in`,
    text.output_tokens !== null && `${text.output_tokens.toLocaleString("en")} tokens out`,
  ].filter((fact) => fact !== false);
  return (
    <>
      <p class="facts">
        <Glyphs text={facts.join(" · ")} />
      </p>
      {defects.length > 0 && (
        <p class="facts">
          Defects:{" "}
          {defects.map((defect) => (
            <Missing key={defect} says={defect} />
          ))}
        </p>
      )}
      {text.error !== null && (
        <Block title="Error" kind="error">
          <Passage text={text.error} />
        </Block>
      )}
    </>
  );
}

function Answer(props: { title: string; answer: Withheld; none: string }) {
  const { text, withheld } = props.answer;
  return (
    <Block title={props.title} kind="answer">
      {text !== null && text !== "" && <Passage text={text} />}
      {text === "" && <p class="none">It is empty.</p>}
      {text === null && withheld === null && <p class="none">{props.none}</p>}
      {withheld !== null && (
        <p class="none">
          Withheld: {withheld.toLocaleString("en")} characters. To show them, write the site with{" "}
          <code>af site … --outputs full</code>.
        </p>
      )}
    </Block>
  );
}

/** Quotes of all votes of all scorers, by a key that says whose they are. */
function quotesOf(judged: Record<string, Judged>): Map<string, string> {
  const quotes = new Map<string, string>();
  Object.values(judged).forEach((said, scorer) => {
    said.votes.forEach((vote, v) => {
      vote.quotes.forEach((quote, q) => {
        quotes.set(`${scorer}-${v}-${q}`, quote);
      });
    });
  });
  return quotes;
}

function spansIn(text: string | null, quotes: ReadonlyMap<string, string>): Map<string, Span> {
  const spans = new Map<string, Span>();
  if (text === null) return spans;
  const find = finder(text);
  for (const [key, quote] of quotes) {
    const span = find(quote);
    if (span !== null) spans.set(key, span);
  }
  return spans;
}
