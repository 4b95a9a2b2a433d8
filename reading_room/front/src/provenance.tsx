/** Where a reply comes from: what was sent, digests, sampling, log. */

import { useState } from "preact/hooks";
import { Block } from "./block";
import type { ReplyText, Site } from "./data";
import { Facts } from "./judged";
import { Passage } from "./passage";
import { at, experimentOf, tierOf } from "./reply";
import { loadPrompts } from "./script";

export function Provenance(props: { site: Site; pair: number; reply: number; text: ReplyText }) {
  const { site, pair, reply, text } = props;
  const [prompts, setPrompts] = useState<Record<string, string> | Error | null>(null);
  const experiment = experimentOf(site, pair);
  const tier = experiment.tiers.find((one) => one.tier === tierOf(site, reply));
  const log = at(site.logs, at(site.replies.log, reply));

  function open(event: Event) {
    if ((event.currentTarget as HTMLDetailsElement).open && prompts === null)
      loadPrompts().then(setPrompts, (error: Error) => setPrompts(error));
  }

  return (
    <>
      <details class="source" onToggle={open}>
        <summary>Prompt and hashes</summary>
        <Block title="System prompt" kind="prompt">
          {prompts === null ? (
            <p role="status">Loading …</p>
          ) : prompts instanceof Error ? (
            <p class="trouble">{prompts.message}</p>
          ) : (
            <Passage text={prompts[`${tier?.prompt_sha256} ${tier?.tier}`] ?? "This site does not hold it."} />
          )}
        </Block>
        <Block title="User message" kind="prompt">
          <Passage text={text.user} />
        </Block>
        <Facts
          facts={{
            sampling: tier?.sampling ?? null,
            ...experiment.others,
            "prompt SHA-256": tier?.prompt_sha256 ?? null,
            "wrapper SHA-256": tier?.wrapper_sha256 ?? null,
            "query set SHA-256": tier?.query_set_sha256 ?? null,
            "reasoning SHA-256": text.reasoning_sha256,
            "answer SHA-256": text.answer_sha256,
            task: log.task,
            "task version": tier?.version ?? null,
            model: log.model,
            log: log.name,
            "log created": log.created,
            "log status": log.status,
            "eval id": log.eval_id,
            "sample uuid": at(site.replies.uuid, reply),
          }}
        />
      </details>
      {site.transcripts !== null && (
        <p class="transcript">
          <a
            href={transcriptAddress(site.transcripts, log.name, at(site.replies.uuid, reply))}
            target="_blank"
            rel="noreferrer"
          >
            Whole transcript
          </a>
          {location.protocol === "file:" && (
            <span>
              {" "}
              (its viewer needs a web server: <code>python -m http.server</code> in the folder of this page)
            </span>
          )}
        </p>
      )}
    </>
  );
}

/** Address of a sample in what `inspect view bundle` writes. */
export function transcriptAddress(folder: string, log: string, uuid: string): string {
  return `${folder.replace(/\/$/, "")}/index.html#/logs/${encodeURIComponent(log)}/samples/sample_uuid/${encodeURIComponent(uuid)}/transcript`;
}
