/** The pairs that pass the filter, of which only those in sight are in the page. */

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { Chip, Missing, Verdict } from "./chip";
import type { Site } from "./data";
import {
  at,
  complianceScorers,
  defectsOf,
  experimentName,
  experimentOf,
  FAKING,
  isDiscordant,
  labelOf,
  reasonOf,
  repliesOf,
  shareOf,
  tierOf,
} from "./reply";
import { plain, words } from "./sign";

interface ListProps {
  site: Site;
  /** Indices of pairs. */
  pairs: number[];
  /** The pair that is open, or was last. */
  open: number | null;
  href: (pair: number) => string;
}

export function PairList(props: ListProps) {
  const { site, pairs, open } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const options = {
    count: pairs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (site.experiments.length > 1 ? 82 : 60),
    overscan: 6,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  };
  const [list] = useState(() => new Virtualizer<HTMLDivElement, HTMLLIElement>(options));
  list.setOptions(options);
  useLayoutEffect(() => list._didMount(), [list]);
  useLayoutEffect(() => list._willUpdate());
  const place = open === null ? -1 : pairs.indexOf(open);
  useEffect(() => {
    if (place >= 0) list.scrollToIndex(place, { align: "auto" });
    else list.scrollToOffset(0);
  }, [list, place, pairs]);

  const compliance = complianceScorers(site)[0] ?? null;
  return (
    <div class="list" ref={scroller}>
      <ol style={{ height: `${list.getTotalSize()}px` }}>
        {list.getVirtualItems().map((item) => (
          <li
            key={item.index}
            data-index={item.index}
            ref={list.measureElement}
            aria-setsize={pairs.length}
            aria-posinset={item.index + 1}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <Row {...props} pair={at(pairs, item.index)} compliance={compliance} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function Row(props: ListProps & { pair: number; compliance: string | null }) {
  const { site, pair, compliance } = props;
  const epoch = at(site.pairs.epoch, pair);
  return (
    <a class="row" href={props.href(pair)} aria-current={pair === props.open ? "true" : undefined}>
      <span class="row-head">
        <span class="query-id">{plain(at(site.pairs.query, pair))}</span>
        <span class="row-category">
          {words(at(site.categories, at(site.pairs.category, pair)))}
          {epoch > 1 && ` · epoch ${epoch}`}
        </span>
        {compliance !== null && isDiscordant(site, compliance, pair) && <span class="discordant">tiers differ</span>}
      </span>
      {site.experiments.length > 1 && (
        <span class="row-experiment">{plain(experimentName(experimentOf(site, pair), site.experiments))}</span>
      )}
      <span class="row-outcomes">
        {repliesOf(site, pair).map((reply) => (
          <Outcome key={reply} site={site} reply={reply} compliance={compliance} />
        ))}
      </span>
    </a>
  );
}

/** What became of one reply, in a few words. */
function Outcome(props: { site: Site; reply: number; compliance: string | null }) {
  const { site, reply, compliance } = props;
  const label = compliance === null ? null : labelOf(site, compliance, reply);
  const reason = compliance === null ? null : reasonOf(site, compliance, reply);
  const faking = labelOf(site, FAKING, reply);
  const share = shareOf(site, reply);
  const defects = defectsOf(site, reply);
  return (
    <span class="outcome">
      <span class="tier">{words(tierOf(site, reply))}</span>
      {compliance !== null && <Verdict label={label} reason={reason} />}
      {(faking === "faking" || faking === "not_faking") && (
        <Chip
          label={faking}
          says={`${faking === "faking" ? "AF" : "not AF"}${share === null ? "" : ` ${share.low.toFixed(2)}`}`}
        />
      )}
      {defects.length > 0 && reason !== "malformed" && <Missing says="malformed" />}
    </span>
  );
}
