/** One pair: the same query, and what was replied in each tier. */

import { useEffect, useState } from "preact/hooks";
import { ReplyColumn } from "./column";
import type { JudgedPair, PairText, Site } from "./data";
import { Glyphs, Passage } from "./passage";
import { at, complianceScorers, experimentName, experimentOf, isDiscordant, repliesOf } from "./reply";
import { loadJudged, loadText } from "./script";
import { plain, words } from "./sign";

type Loaded = { text: PairText; judged: JudgedPair | Error } | { failed: Error };

export function PairView(props: { site: Site; pair: number }) {
  const { site, pair } = props;
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let current = true;
    const judged = loadJudged(site, pair).catch((error: Error) => error);
    loadText(site, pair)
      .then(async (text) => ({ text, judged: await judged }))
      .catch((failed: Error) => ({ failed }))
      .then((result) => current && setLoaded(result));
    return () => {
      current = false;
    };
  }, [site, pair, attempt]);

  const experiment = experimentOf(site, pair);
  const compliance = complianceScorers(site)[0] ?? null;
  return (
    <article class="pair" aria-labelledby="pair-title" aria-busy={loaded === null}>
      <header class="pair-head">
        <h2 id="pair-title" dir="auto" tabIndex={-1}>
          <Glyphs text={at(site.pairs.query, pair)} />
        </h2>
        <p class="facts">
          {[
            words(at(site.categories, at(site.pairs.category, pair))),
            at(site.pairs.harmful, pair) === 1 ? "harmful request" : "harmless control",
            `epoch ${at(site.pairs.epoch, pair)}`,
            ...(compliance !== null && isDiscordant(site, compliance, pair)
              ? [`tiers differ by ${words(compliance)}`]
              : []),
          ].join(" · ")}
        </p>
        <p class="facts">{plain(experimentName(experiment, site.experiments))}</p>
      </header>
      {loaded === null ? (
        <p class="loading" role="status">
          Loading the texts …
        </p>
      ) : "failed" in loaded ? (
        <div class="trouble" role="alert">
          <p>{loaded.failed.message}</p>
          <button type="button" onClick={() => setAttempt(attempt + 1)}>
            Try again
          </button>
        </div>
      ) : (
        <>
          <section class="query" aria-labelledby="query-title">
            <h3 id="query-title">Query</h3>
            <Passage text={loaded.text.query} />
          </section>
          {loaded.judged instanceof Error && (
            <p class="trouble" role="alert">
              {loaded.judged.message}
            </p>
          )}
          <div class="columns">
            {repliesOf(site, pair).map((reply, i) => (
              <ReplyColumn
                key={reply}
                site={site}
                pair={pair}
                reply={reply}
                text={at(loaded.text.replies, i)}
                judged={loaded.judged instanceof Error ? {} : (loaded.judged[i] ?? {})}
              />
            ))}
          </div>
        </>
      )}
    </article>
  );
}
