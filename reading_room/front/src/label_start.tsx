/** The form before labelling: who, which question, how many, from where. */

import { useId, useMemo, useState } from "preact/hooks";
import type { Site } from "./data";
import type { Sitting } from "./label";
import { LabelExport, useWarning } from "./label_export";
import { LabelDefinition, QUESTIONS } from "./label_question";
import { sample, shares, strata } from "./label_sample";
import { keepStart, LabelStore, lastStart, type Start } from "./label_store";
import { Glyphs } from "./passage";
import { experimentName } from "./reply";

export function LabelStart(props: { site: Site; start: (sitting: Sitting) => void; close: () => void }) {
  const { site } = props;
  const asked = Object.keys(site.questions).filter((name) => name in QUESTIONS);
  const [form, setForm] = useState<Start>(
    () => lastStart(site) ?? { labeller: "", question: "", seed: "1", size: 60, left_out: [] },
  );
  const question = asked.includes(form.question) ? form.question : (asked[0] ?? "");
  const [, redraw] = useState(0);
  const id = useId();
  const names = useMemo(() => site.experiments.map((one) => experimentName(one, site.experiments)), [site]);
  const of = useMemo(
    () => strata(site, question, new Set([...names.keys()].filter((at) => !form.left_out.includes(names[at] ?? "")))),
    [site, names, question, form.left_out],
  );
  const who = { question, labeller: tidy(form.labeller), seed: tidy(form.seed) };
  const share = useMemo(() => shares(of, form.size, who.seed), [of, form.size, who.seed]);
  const store = useMemo(() => new LabelStore(site, who), [site, who.question, who.labeller, who.seed]);
  useWarning(store);
  const change = (part: Partial<Start>) => setForm({ ...form, ...part });
  const drawn = share.reduce((sum, one) => sum + one, 0);

  function start(event: Event) {
    event.preventDefault();
    store.failure = keepStart(site, { ...form, ...who }) ?? store.failure;
    props.start({ store, items: sample(site, of, form.size, who.seed) });
  }

  if (asked.length === 0)
    return (
      <main class="label-room" id="main">
        <div class="label-start">
          <h1>Label replies</h1>
          <p>There is nothing to label: no reply of this site has reasoning, and no output is shown.</p>
          <button type="button" onClick={props.close}>
            Back to the pairs
          </button>
        </div>
      </main>
    );
  return (
    <main class="label-room" id="main">
      <div class="label-start">
        <h1>Label replies</h1>
        <p>
          You see one text at a time, without its tier, its model and what the judge said, and answer one question. Do
          it before you read the pairs.
        </p>
        <form onSubmit={start}>
          <div class="label-field">
            <label for={`${id}-labeller`}>Your name</label>
            <input
              id={`${id}-labeller`}
              required
              pattern=".*\S.*"
              autocomplete="off"
              value={form.labeller}
              onInput={(event) => change({ labeller: event.currentTarget.value })}
              aria-describedby={`${id}-labeller-says`}
            />
            <p id={`${id}-labeller-says`}>
              Goes into the file that you export. A pseudonym will do, always the same one.
            </p>
          </div>
          <fieldset>
            <legend>Question</legend>
            {asked.map((name) => (
              <label key={name}>
                <input
                  type="radio"
                  name={`${id}-question`}
                  checked={name === question}
                  onChange={() => change({ question: name })}
                />{" "}
                {QUESTIONS[name]?.title}
              </label>
            ))}
            {site.outputs === "redacted" && (
              <p>
                Compliance can be labelled on a site with outputs (<code>af site … --outputs full</code>). Here passages
                of the reasoning that repeat an output are withheld: the label is of the rest.
              </p>
            )}
          </fieldset>
          <div class="label-fields">
            <div class="label-field">
              <label for={`${id}-size`}>Replies</label>
              <input
                id={`${id}-size`}
                type="number"
                required
                min={1}
                step={1}
                value={form.size || ""}
                onInput={(event) => change({ size: Math.floor(event.currentTarget.valueAsNumber) || 0 })}
              />
            </div>
            <div class="label-field">
              <label for={`${id}-seed`}>Seed</label>
              <input
                id={`${id}-seed`}
                required
                pattern=".*\S.*"
                autocomplete="off"
                value={form.seed}
                onInput={(event) => change({ seed: event.currentTarget.value })}
                aria-describedby={`${id}-seed-says`}
              />
            </div>
            <p class="label-says" id={`${id}-seed-says`}>
              The same seed, number and experiments give two labellers the same replies in the same order.
            </p>
          </div>
          {names.length > 1 && (
            <fieldset class="label-experiments">
              <legend>Draw from</legend>
              <div>
                {names.map((name, at) => (
                  <label key={at}>
                    <input
                      type="checkbox"
                      checked={!form.left_out.includes(name)}
                      onChange={(event) =>
                        change({
                          left_out: event.currentTarget.checked
                            ? form.left_out.filter((other) => other !== name)
                            : [...form.left_out, name],
                        })
                      }
                    />{" "}
                    <Glyphs text={name} />
                  </label>
                ))}
              </div>
            </fieldset>
          )}
          <p class="label-drawn" role="status">
            {drawnWords(
              of.map(({ replies }) => replies.length),
              share,
              form.size,
            )}
          </p>
          {store.labels.size > 0 && (
            <p class="label-drawn">
              You have {count(store.labels.size, "label")} under this name, question and seed, and go on from there.
            </p>
          )}
          {store.failure !== null && (
            <p class="label-warning" role="alert">
              {store.failure}
            </p>
          )}
          <div class="label-buttons">
            <button type="submit" class="label-main" disabled={drawn === 0}>
              {store.labels.size > 0 ? "Go on" : "Start"}
            </button>
            {store.labels.size > 0 && <LabelExport store={store} who={who} done={() => redraw((n) => n + 1)} />}
            <button type="button" onClick={props.close}>
              Back to the pairs
            </button>
          </div>
        </form>
        <h2>What counts</h2>
        <LabelDefinition question={QUESTIONS[question]} />
      </div>
    </main>
  );
}

function drawnWords(sizes: number[], share: number[], size: number): string {
  const drawn = share.reduce((sum, one) => sum + one, 0);
  if (drawn === 0) return "There is no reply to label in what you chose.";
  const total = sizes.reduce((sum, one) => sum + one, 0);
  const [least, most] = [Math.min(...share), Math.max(...share)];
  const each = least === most ? `${least} from each` : `${least} to ${most} from each`;
  const why =
    drawn > size ? " Fewer would leave strata with less than two." : drawn < size ? " There are no more." : "";
  return `${count(drawn, "reply", "replies")} of ${total.toLocaleString("en")}, from ${count(sizes.length, "stratum", "strata")}: ${each}.${why}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

/** A name as it is compared: without space around it, and without what no file can carry. */
function tidy(name: string): string {
  return name
    .trim()
    .normalize("NFC")
    .replace(/\p{Surrogate}/gu, "\ufffd");
}
