/** One text, one question, one answer at a time. Nothing here may tell what was hidden: neither the text of the page nor its elements. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PairText, Site } from "./data";
import type { Sitting } from "./label";
import { LabelExport, useWarning } from "./label_export";
import { type Answer, KEYS, LabelDefinition, QUESTIONS, type Question } from "./label_question";
import { digest, type Item } from "./label_sample";
import { Passage } from "./passage";
import { at, FAKING, repliesOf } from "./reply";
import { loadText } from "./script";

/** Where the definition has room beside the text. */
const WIDE = "(min-width: 60rem)";

export function LabelDesk(props: { site: Site; sitting: Sitting; pause: () => void }) {
  const { site, sitting } = props;
  const { items, store } = sitting;
  const { who } = store;
  const question = QUESTIONS[who.question] as Question;
  const uuid = (item: Item) => at(site.replies.uuid, item.reply);
  const isOpen = (item: Item) => !store.labels.has(uuid(item));
  const firstOpen = () => {
    const found = items.findIndex(isOpen);
    return found < 0 ? items.length : found;
  };

  const [index, setIndex] = useState(firstOpen);
  const [defined, setDefined] = useState(() => matchMedia(WIDE).matches);
  const [said, setSaid] = useState("");
  const [, redraw] = useState(0);
  const top = useRef<HTMLElement>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const item = items[index];
  const shown = useShown(site, who.question, item, items[index + 1]);
  const given = item && store.labels.get(uuid(item));
  const done = items.filter((one) => !isOpen(one)).length;

  useLayoutEffect(() => {
    top.current?.closest("main")?.scrollTo(0, 0);
    top.current?.focus({ preventScroll: true });
  }, [index]);

  useWarning(store);

  function keep(label: string, noted: string) {
    if (!item || shown.state !== "whole") return;
    store.answer({
      schema_version: 1,
      uuid: uuid(item),
      eval_id: at(site.logs, at(site.replies.log, item.reply)).eval_id,
      query_id: at(site.pairs.query, item.pair),
      epoch: at(site.pairs.epoch, item.pair),
      question: who.question,
      label,
      note: noted,
      labeller: who.labeller,
      time: new Date().toISOString(),
      shown_sha256: shown.sha256,
      seed: who.seed,
      stratum: item.stratum,
      stratum_size: item.stratum_size,
    });
  }

  function answer({ label, says }: Answer) {
    if (!item || shown.state !== "whole") return;
    keep(label, store.note(uuid(item)));
    setSaid(says);
    setIndex(firstOpen());
  }

  function write(noted: string) {
    if (!item) return;
    const text = noted.replace(/\p{Surrogate}/gu, "\ufffd");
    if (given) keep(given.label, text);
    else store.draft(uuid(item), text);
    redraw((n) => n + 1);
  }

  function go(to: number) {
    setSaid("");
    setIndex(Math.max(0, Math.min(items.length, to)));
  }

  function press(event: KeyboardEvent) {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (target instanceof HTMLTextAreaElement) {
      if (key === "Escape") top.current?.focus();
      return;
    }
    const pressed = key.toLowerCase();
    const chosen = question.answers.find(({ keys }) => keys.includes(pressed));
    if (chosen) answer(chosen);
    else if (pressed === KEYS.back) go(index - 1);
    else if (pressed === KEYS.forward && given) go(index + 1);
    else if (pressed === KEYS.definition) setDefined(!defined);
    else if (pressed === KEYS.note) note.current?.focus();
    else return;
    event.preventDefault();
  }

  // With what is on the screen, not after it: else a quick key would answer for the text before.
  useLayoutEffect(() => {
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  });

  const exporting = { store, who, done: () => redraw((n) => n + 1) };
  const bar = (
    <header class="label-bar">
      <p class="label-progress">
        <span>{item ? `${index + 1} of ${items.length}` : `${done} of ${items.length}`}</span>
        <span class="label-said" role="status">
          {said}
        </span>
        <progress max={items.length} value={done} aria-label="Labelled" />
      </p>
      <LabelExport {...exporting} />
      <button type="button" onClick={props.pause}>
        Pause
      </button>
    </header>
  );
  const warning = store.failure !== null && (
    <p class="label-warning" role="alert">
      {store.failure}
    </p>
  );

  if (!item)
    return (
      <main class="label-room" id="main">
        {bar}
        {warning}
        <section class="label-sheet" ref={top} tabIndex={-1} aria-label="Finished">
          <h1>All {items.length} have a label</h1>
          <p>
            {store.unexported > 0
              ? "Export them: until then they are in this browser alone."
              : "They are exported. What you change from now on is not."}
          </p>
          <div class="label-buttons">
            <LabelExport {...exporting} class="label-main" />
            <button type="button" aria-keyshortcuts={KEYS.back} onClick={() => go(index - 1)}>
              Back to the last one <kbd>{KEYS.back}</kbd>
            </button>
          </div>
          <h2>What happens next</h2>
          <p>
            Give the file to whoever has the logs. <code>af label import FILE --logs LOGS</code> puts it beside the
            judge's labels, each only where the text of the log is the one that you saw.
          </p>
        </section>
      </main>
    );

  return (
    <main class="label-room" id="main">
      {bar}
      {warning}
      <div class="label-desk">
        <section class="label-sheet" ref={top} tabIndex={-1} aria-label={question.text}>
          {shown.state === "loading" && <p role="status">Loading …</p>}
          {shown.state === "broken" && (
            <p class="label-warning" role="alert">
              {shown.says}
            </p>
          )}
          {shown.state === "whole" && (
            <>
              {shown.query !== null && (
                <>
                  <h2>Request</h2>
                  <Passage text={shown.query} whole />
                </>
              )}
              <h2>{question.text}</h2>
              {shown.text.trim() === "" ? <p class="label-empty">Empty.</p> : <Passage text={shown.text} whole />}
            </>
          )}
        </section>
        <section class="label-aside" aria-label="Your answer">
          <h1 id="label-asks">{question.asks}</h1>
          <fieldset class="label-answers" aria-labelledby="label-asks">
            {question.answers.map((one) => (
              <button
                key={one.label}
                type="button"
                aria-pressed={given?.label === one.label}
                aria-keyshortcuts={one.keys.join(" ")}
                disabled={shown.state !== "whole"}
                onClick={() => answer(one)}
              >
                {one.says}{" "}
                <span class="label-keys">
                  <kbd>{one.keys[0]}</kbd> <kbd>{one.keys[1]}</kbd>
                </span>
              </button>
            ))}
          </fieldset>
          <label class="label-note">
            <span>
              Note <kbd>{KEYS.note}</kbd>
            </span>
            <textarea
              ref={note}
              rows={2}
              aria-keyshortcuts={KEYS.note}
              value={store.note(uuid(item))}
              onInput={(event) => write(event.currentTarget.value)}
            />
          </label>
          <div class="label-buttons">
            <button type="button" disabled={index === 0} aria-keyshortcuts={KEYS.back} onClick={() => go(index - 1)}>
              Back <kbd>{KEYS.back}</kbd>
            </button>
            {given && (
              <button type="button" aria-keyshortcuts={KEYS.forward} onClick={() => go(index + 1)}>
                Forward <kbd>{KEYS.forward}</kbd>
              </button>
            )}
          </div>
          <details open={defined} onToggle={(event) => setDefined(event.currentTarget.open)}>
            <summary>
              Definition <kbd>{KEYS.definition}</kbd>
            </summary>
            <LabelDefinition question={question} />
          </details>
        </section>
      </div>
    </main>
  );
}

type Shown =
  | { state: "loading" }
  | { state: "broken"; says: string }
  | { state: "whole"; text: string; query: string | null; sha256: string };

/** What is put before the labeller; the next is fetched meanwhile. */
function useShown(site: Site, question: string, item: Item | undefined, next: Item | undefined): Shown {
  const [loaded, setLoaded] = useState<{ item: Item; shown: Shown } | null>(null);
  useEffect(() => {
    let current = true;
    if (item)
      loadText(site, item.pair)
        .then((text) => shownOf(site, question, item, text))
        .catch((error: Error): Shown => ({ state: "broken", says: error.message }))
        .then((shown) => current && setLoaded({ item, shown }))
        .then(() => next && loadText(site, next.pair))
        .catch(() => {}); // said when it is its turn
    return () => {
      current = false;
    };
  }, [site, question, item, next]);
  return loaded !== null && loaded.item === item ? loaded.shown : { state: "loading" };
}

/** A text that is not the one of the log gets no label. */
function shownOf(site: Site, question: string, item: Item, pair: PairText): Shown {
  const reply = pair.replies[item.reply - at(repliesOf(site, item.pair), 0)];
  const text = question === FAKING ? reply?.reasoning : reply?.output.text;
  const sha256 = question === FAKING ? reply?.reasoning_sha256 : reply?.answer_sha256;
  if (text == null || sha256 == null || digest(text) !== sha256)
    return {
      state: "broken",
      says: "This text is not the one that the site was made of, so it can have no label. Write the site again with `af site`; what you have labelled is kept and can be exported.",
    };
  return { state: "whole", text, query: question === FAKING ? null : pair.query, sha256 };
}
