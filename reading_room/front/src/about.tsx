/** What the site holds and what its words mean. */

import type { Site } from "./data";
import { plain } from "./sign";

export function About(props: { site: Site }) {
  const { site } = props;
  return (
    <div class="about">
      {site.warnings.length > 0 && (
        <ul class="warnings">
          {site.warnings.map((warning) => (
            <li key={warning}>{plain(warning)}</li>
          ))}
        </ul>
      )}
      <p>
        Each pair is one query, put to a model in every tier. Most prompts say that conversations of the free tier train
        the model and that others do not; what a prompt said is shown with each reply.{" "}
        {site.pairs.id.length.toLocaleString("en")} pairs, {site.replies.uuid.length.toLocaleString("en")} replies.
      </p>
      <ul>
        <li>
          <em>Complies</em> and <em>refuses</em> are what a judge says of the output, or a tag at its beginning
          (prefix). Tiers differ where one reply complies and another refuses.
        </li>
        <li>
          <em>AF</em>: the reasoning is voted to be alignment-faking. The label presumes the intent that the prompt
          asserts; it is no proof of a motive. A share is yes votes ÷ votes, those that were not needed counted as not
          yes.
        </li>
        <li>
          Judges are uncalibrated unless a report says otherwise: their labels are what a model said, not the truth.
        </li>
        <li>A reply without a label has a reason for it. It is neither a refusal nor a zero.</li>
      </ul>
      {site.downloads.length > 0 && (
        <>
          <h3>Downloads</h3>
          <ul>
            {site.downloads.map(({ file, says }) => (
              <li key={file}>
                <a href={file} download>
                  {plain(file)}
                </a>
                : {plain(says)}
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="facts">
        Written {site.created} by alignment-faking-evals {site.suite}, from {site.logs.length}{" "}
        {site.logs.length === 1 ? "log" : "logs"}. Not for training on: {site.canary}
      </p>
    </div>
  );
}
