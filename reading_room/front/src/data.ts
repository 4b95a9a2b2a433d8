/**
 * What Python writes (reading_room/) and the page reads: plain scripts, since a page that is opened from disk may not fetch.
 *
 *   data/site.js        af_site.site(Site)                 everything that lists and filters need, in columns
 *   data/text-0000.js   af_site.text(0, PairText[])        what was asked and answered, `chunk_size` pairs a file
 *   data/judged-0000.js af_site.judged(0, JudgedPair[])    what the judges said, the same pairs
 *   data/prompts.js     af_site.prompts({"sha256 tier": text})  system prompts
 *
 * All text is data: it is shown as text, never as markup. Python has replaced lone surrogates; NUL, control and
 * bidirectional characters are in it.
 */

export interface Site {
  version: 1;
  /** ISO 8601, UTC. */
  created: string;
  /** Version of the suite. */
  suite: string;
  canary: string;
  outputs: "redacted" | "full";
  /** Folder of `inspect view bundle`, relative to the page; null where it is not there. */
  transcripts: string | null;
  /** What a reader must know: exclusions, notes. */
  warnings: string[];
  downloads: { file: string; says: string }[];
  logs: Log[];
  experiments: Experiment[];
  /** Names that columns refer to by index. -1 in a column: none. */
  tiers: string[];
  categories: string[];
  stop_reasons: string[];
  defects: string[];
  /** Why a reply has no label. */
  reasons: string[];
  /** By scorer, in the order in which they are shown: the labels (of compliance: the outcomes) that it gives. */
  labels: Record<string, string[]>;
  /** Questions that people can be asked here: scorer → labels. Of compliance only where outputs are shown. */
  questions: Record<string, string[]>;
  chunk_size: number;
  pairs: Pairs;
  replies: Replies;
}

export interface Log {
  /** File name. */
  name: string;
  eval_id: string;
  task: string;
  model: string;
  created: string;
  status: string;
}

/** All that is equal for the pairs of a row of the report. */
export interface Experiment {
  model: string;
  setting: string;
  cot: boolean;
  variation: string;
  /** Every other field that tells experiments apart: wrapper, prompts, developer, facts, persona, prefill, turns, query_set, … */
  others: Record<string, string>;
  /** By tier: digests and sampling settings. */
  tiers: {
    tier: string;
    prompt_sha256: string;
    wrapper_sha256: string;
    query_set_sha256: string;
    sampling: string;
    version: string;
  }[];
}

/** One entry a pair: the same query and epoch in every tier of an experiment that has it. */
export interface Pairs {
  /** Permalink: 12 hexadecimal digits, the same for the same logs. */
  id: string[];
  experiment: number[];
  query: string[];
  epoch: number[];
  category: number[];
  /** 0 for a harmless control. */
  harmful: (0 | 1)[];
  /** Index of its first reply; the others follow. One entry more than pairs: the number of replies. */
  first: number[];
}

/** One entry a reply: pair by pair, tiers in the order of the experiment. */
export interface Replies {
  tier: number[];
  log: number[];
  /** Inspect's id of the sample. */
  uuid: string[];
  /** By scorer: index of the label, and of the reason why there is none; both -1 where the log has not the scorer. */
  label: Record<string, number[]>;
  reason: Record<string, number[]>;
  /** Votes on the reasoning; null where none were asked. The share lies in [yes, votes − (asked − yes)] ÷ votes. */
  votes: (number | null)[];
  votes_asked: (number | null)[];
  votes_yes: (number | null)[];
  /** Bit i is set where defects[i] is there. */
  defects: number[];
  stop_reason: number[];
  /** 1 where there is reasoning that a person can be asked about. */
  has_reasoning: (0 | 1)[];
  /** 1 where there is an answer that a person can be asked about: what is graded as the reply, in `output`, shown or withheld. */
  has_answer: (0 | 1)[];
}

export interface PairText {
  query: string;
  replies: ReplyText[];
}

export interface ReplyText {
  /** The user message as sent. */
  user: string;
  scratchpad: string | null;
  /** Native reasoning. */
  thinking: string | null;
  /** What is graded as the reply; its text is null where there is none or it is withheld. */
  output: Withheld;
  /** What is left where there is no output block. */
  remainder: Withheld;
  /** The reasoning that the judge reads, and so a labeller, less what is withheld; null where there is none. */
  reasoning: string | null;
  /** SHA-256 of `reasoning`, and of the answer that is graded where it is shown, for what a labeller exports. */
  reasoning_sha256: string | null;
  answer_sha256: string | null;
  error: string | null;
  limit: string | null;
  turns: number | null;
  input_tokens: number | null;
  output_tokens: number | null;
}

export interface Withheld {
  text: string | null;
  /** Characters that are not shown; null where nothing is withheld. */
  withheld: number | null;
}

/** By reply, by scorer. */
export type JudgedPair = Record<string, Judged>[];

export interface Judged {
  label: string | null;
  reason: string | null;
  judge: string | null;
  rubric: string | null;
  rubric_sha256: string | null;
  temperature: number | null;
  answer: string | null;
  /** What the judge wrote; of a judge that read the output, withheld with it. */
  explanation: Withheld;
  /** Of the vote on the reasoning; empty for others. */
  votes: Vote[];
  /** Of a score by people: who said what. */
  labellers: { labeller: string; label: string; note: string; time: string }[];
}

export interface Vote {
  text: string;
  vote: "yes" | "no" | "unreadable" | "failed";
  /** yes, no or null (not said), in the rubric's order. */
  criteria: (boolean | null)[];
  /** Passages that the judge quotes; looked up in the reasoning, white space aside. */
  quotes: string[];
}
