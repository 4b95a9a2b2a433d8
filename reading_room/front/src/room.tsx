/** The list of pairs, the pair that is open, and what leads from one to the other. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { About } from "./about";
import { useAddress, writeAddress } from "./address";
import type { Site } from "./data";
import { Dialog, Help, Link } from "./dialog";
import { type Filter, select } from "./filter";
import { Finder } from "./finder";
import { isTyping, useKeys } from "./keys";
import { Label } from "./label";
import { PairList } from "./list";
import { PairView } from "./pair";
import { at } from "./reply";
import { useSearch } from "./search";
import { plain } from "./sign";
import { Steps } from "./steps";

type Open = "help" | "about" | "link" | null;

export function Room(props: { site: Site }) {
  const { site } = props;
  const [address, go, lastAddress] = useAddress();
  const { filter, mode } = address;
  const [dialog, setDialog] = useState<Open>(null);
  const [filtering, setFiltering] = useState(false);
  const [listed, setListed] = useState(true);
  const [copied, setCopied] = useState(false);
  const [search, stop] = useSearch(site, filter.texts ? filter.find : null);
  const found = search?.found ?? null;
  const pairs = useMemo(() => select(site, filter, found), [site, filter, found]);
  const index = useMemo(() => (address.pair === null ? -1 : site.pairs.id.indexOf(address.pair)), [site, address.pair]);
  const pair = index < 0 ? null : index;
  const last = useRef<number | null>(null);
  if (pair !== null) last.current = pair;

  const place = pair === null ? -1 : pairs.indexOf(pair);
  const setFilter = (filter: Filter) => go({ ...address, filter }, "replace");
  const step = (by: 1 | -1) => {
    const { pair } = lastAddress();
    const from = pair === null ? -1 : pairs.indexOf(site.pairs.id.indexOf(pair));
    const to = pairs[from + by];
    if (to !== undefined) go({ ...address, pair: at(site.pairs.id, to) }, pair === null ? "push" : "replace");
  };
  const copy = () => {
    const link = new URL(writeAddress(address), location.href).href;
    const written = navigator.clipboard?.writeText(link) ?? Promise.reject();
    written.then(
      () => setCopied(true),
      () => setDialog("link"),
    );
  };
  /** Brings the list into sight; whether it was not. */
  const showList = () => {
    if (document.getElementById("find")?.checkVisibility() ?? true) return false;
    if (listed) go({ ...address, pair: null }, "push");
    setListed(true);
    return true;
  };
  useKeys(mode === "read", {
    j: () => step(1),
    ArrowRight: () => step(1),
    k: () => step(-1),
    ArrowLeft: () => step(-1),
    f: () => {
      const open = showList() || !filtering;
      setFiltering(open);
      if (open) requestAnimationFrame(() => document.querySelector<HTMLElement>("#filters select")?.focus());
    },
    l: () => setListed(!listed),
    c: () => pair !== null && copy(),
    "/": () => {
      showList();
      requestAnimationFrame(() => document.getElementById("find")?.focus());
    },
    "?": () => setDialog("help"),
    Escape: () => setFiltering(false),
  });

  useEffect(() => setCopied(false), [address]);
  useEffect(() => {
    if (mode === "read")
      document.title = pair === null ? "Reading room" : `${plain(at(site.pairs.query, pair))} · Reading room`;
  }, [site, pair, mode]);
  // A reader who opens a pair is taken to it, one who goes back to the list, to its row.
  const began = useRef(false);
  useEffect(() => {
    if (began.current && mode === "read" && !isTyping(document.activeElement)) {
      document.getElementById("reader")?.scrollTo(0, 0);
      const row = document.querySelector<HTMLElement>("a.row[aria-current]");
      (pair === null ? row : document.getElementById("pair-title"))?.focus({ preventScroll: true });
    }
    began.current = true;
  }, [pair, mode]);

  // Labelling is blind: nothing else of the page stands beside it.
  if (mode === "label") return <Label site={site} close={() => go({ ...address, mode: "read" }, "push")} />;
  return (
    <>
      <header class="page-head">
        <h1>Reading room</h1>
        <nav aria-label="Page">
          {Object.keys(site.questions).length > 0 && (
            <a class="button" href="#label">
              Label
            </a>
          )}
          <button type="button" onClick={() => setDialog("about")}>
            About
            {site.warnings.length > 0 && ` · ${site.warnings.length} ${site.warnings.length === 1 ? "note" : "notes"}`}
          </button>
          <button type="button" class="for-keys" onClick={() => setDialog("help")}>
            Keys
          </button>
        </nav>
      </header>
      <main class={`panes ${address.pair === null ? "no-pair" : "with-pair"} ${listed ? "" : "unlisted"}`}>
        <nav class="pane-list" aria-label="Pairs">
          <Finder
            site={site}
            filter={filter}
            set={setFilter}
            count={pairs.length}
            search={search}
            stop={stop}
            filtering={filtering}
            setFiltering={setFiltering}
          />
          {pairs.length === 0 ? (
            <p class="nothing">
              {site.pairs.id.length === 0
                ? "This site holds no pairs."
                : search !== null && search.done < search.of && search.ended === null
                  ? "Nothing yet."
                  : "No pair passes these filters."}
            </p>
          ) : (
            <PairList
              site={site}
              pairs={pairs}
              open={last.current}
              href={(pair) => writeAddress({ ...address, pair: at(site.pairs.id, pair) })}
            />
          )}
        </nav>
        <div class="reader" id="reader">
          {pair !== null ? (
            <>
              <Steps
                place={place}
                of={pairs.length}
                list={writeAddress({ ...address, pair: null })}
                step={step}
                copy={copy}
                copied={copied}
              />
              <PairView key={pair} site={site} pair={pair} />
            </>
          ) : (
            <div class="page-text">
              {address.pair !== null && (
                <p class="trouble" role="alert">
                  This site has no pair {plain(address.pair)}: the link is to another site, or to other logs.{" "}
                  <a href={writeAddress({ ...address, pair: null })}>All pairs</a>
                </p>
              )}
              <h2>Transcripts in pairs</h2>
              <About site={site} />
            </div>
          )}
        </div>
      </main>
      {dialog === "help" && <Help close={() => setDialog(null)} />}
      {dialog === "link" && (
        <Link link={new URL(writeAddress(address), location.href).href} close={() => setDialog(null)} />
      )}
      {dialog === "about" && (
        <Dialog title="About these transcripts" close={() => setDialog(null)}>
          <About site={site} />
        </Dialog>
      )}
    </>
  );
}
