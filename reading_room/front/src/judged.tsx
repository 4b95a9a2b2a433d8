/** What one scorer said of a reply, and how it came to say so. */

import { Block } from "./block";
import { Chip, Missing, verdict } from "./chip";
import type { Judged, Vote } from "./data";
import { Glyphs, Passage } from "./passage";
import { plain, words } from "./sign";

interface JudgedProps {
  scorer: string;
  judged: Judged;
  /** Text of the output, which is not said again. */
  output: string | null;
  /** Begins the keys of this scorer's quotes. */
  quotes: string;
  /** Keys of the quotes that are in the text. */
  found: ReadonlySet<string>;
  show: (key: string) => void;
}

export function JudgedView(props: JudgedProps) {
  const { scorer, judged } = props;
  const { votes, labellers, explanation } = judged;
  return (
    <details class="source">
      <summary>
        {words(scorer)}: {verdict(judged.label, judged.reason)}
        {votes.length > 0 && ` · ${counts(votes)}`}
        {labellers.length > 0 && ` · ${labellers.length} ${labellers.length === 1 ? "labeller" : "labellers"}`}
      </summary>
      <Facts
        facts={{
          judge: judged.judge,
          rubric: judged.rubric,
          "rubric SHA-256": judged.rubric_sha256,
          temperature: judged.temperature === null ? null : String(judged.temperature),
        }}
      />
      {judged.answer !== null && judged.answer !== props.output && (
        <Block title="Answer" kind="answer">
          <Passage text={judged.answer} />
        </Block>
      )}
      {votes.length > 0 && (
        <ol class="votes">
          {votes.map((vote, v) => (
            <VoteView key={v} {...props} vote={vote} number={v} />
          ))}
        </ol>
      )}
      {votes.length === 0 && explanation.text !== null && <Passage text={explanation.text} />}
      {explanation.withheld !== null && (
        <p class="none">
          The judge read the output, so what it wrote is withheld too: {explanation.withheld.toLocaleString("en")}{" "}
          characters.
        </p>
      )}
      {labellers.length > 0 && (
        <ul class="labellers">
          {labellers.map((one) => (
            <li key={`${one.labeller} ${one.time}`}>
              <Glyphs text={one.labeller} />: <Chip label={one.label} /> <span class="time">{plain(one.time)}</span>
              {one.note !== "" && <Passage text={one.note} />}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

const TONES = { yes: "faking", no: "", unreadable: "missing", failed: "missing" };

function VoteView(props: JudgedProps & { vote: Vote; number: number }) {
  const { vote, number, found, show } = props;
  return (
    <li>
      <details>
        <summary>
          <span class="vote">
            <span class="number">{number + 1}</span>
            <span class={`chip ${TONES[vote.vote]}`}>{vote.vote}</span>
            {vote.criteria.length > 0 && (
              <span class="criteria">
                criteria
                {vote.criteria.map((said, c) => (
                  <span key={c}>
                    {c + 1} {said === null ? "not said" : said ? "yes" : "no"}
                  </span>
                ))}
              </span>
            )}
          </span>
        </summary>
        <Passage text={vote.text} />
      </details>
      {vote.quotes.length > 0 && (
        <ul class="quotes">
          {vote.quotes.map((quote, q) => {
            const key = `${props.quotes}-${number}-${q}`;
            return (
              <li key={key}>
                {found.has(key) ? (
                  <button type="button" class="quote" dir="auto" onClick={() => show(key)}>
                    <Glyphs text={quote} />
                  </button>
                ) : (
                  <span class="quote" dir="auto">
                    <Glyphs text={quote} /> <Missing says="not in the reasoning" />
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </li>
  );
}

function counts(votes: Vote[]): string {
  return (["yes", "no", "unreadable", "failed"] as const)
    .map((kind) => [kind, votes.filter(({ vote }) => vote === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");
}

/** Names and values; those without a value are left out. */
export function Facts(props: { facts: Record<string, string | null> }) {
  const facts = Object.entries(props.facts).filter(([, value]) => value !== null && value !== "");
  if (facts.length === 0) return null;
  return (
    <dl class="fact-table">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{words(name)}</dt>
          <dd>
            <Glyphs text={value ?? ""} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
