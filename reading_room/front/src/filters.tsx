/** The controls of the filter. */

import { useMemo } from "preact/hooks";
import type { Site } from "./data";
import type { Filter } from "./filter";
import { complianceScorers, JUDGE, PREFIX } from "./reply";
import { words } from "./sign";

interface FiltersProps {
  site: Site;
  filter: Filter;
  set: (filter: Filter) => void;
}

/** Share of votes at which the published threshold lies. */
const SHARE = 0.4;

export function Filters(props: FiltersProps) {
  const { site, filter, set } = props;
  const scorers = Object.keys(site.labels);
  const values = useMemo(
    () => ({
      models: distinct(site.experiments.map((one) => one.model)),
      settings: distinct(site.experiments.map((one) => one.setting)),
      cots: distinct(site.experiments.map((one) => yesOrNo(one.cot))),
      variations: distinct(site.experiments.map((one) => one.variation)),
      epochs: distinct(site.pairs.epoch).map(String),
      harmful: distinct(site.pairs.harmful.map((one) => yesOrNo(one === 1))),
      labels: Object.fromEntries(
        Object.entries(site.labels).map(([scorer, labels]) => [scorer, there(labels, site.replies.label[scorer])]),
      ),
      reasons: Object.fromEntries(
        Object.keys(site.labels).map((scorer) => [scorer, there(site.reasons, site.replies.reason[scorer])]),
      ),
    }),
    [site],
  );
  return (
    <>
      <fieldset>
        <legend>The pair</legend>
        <Choice
          name="Tiers differ by"
          value={filter.discordant}
          of={complianceScorers(site)}
          least={1}
          all="(any pair)"
          set={(discordant) => set({ ...filter, discordant })}
        />
        <Choice
          name="Category"
          value={filter.category}
          of={site.categories}
          set={(category) => set({ ...filter, category })}
        />
        <Choice name="Model" value={filter.model} of={values.models} set={(model) => set({ ...filter, model })} />
        <Choice
          name="Setting"
          value={filter.setting}
          of={values.settings}
          set={(setting) => set({ ...filter, setting })}
        />
        <Choice
          name="CoT"
          value={filter.cot}
          of={values.cots}
          set={(cot) => set({ ...filter, cot: cot as Filter["cot"] })}
        />
        <Choice
          name="Variation"
          value={filter.variation}
          of={values.variations}
          set={(variation) => set({ ...filter, variation })}
        />
        <Choice
          name="Epoch"
          value={filter.epoch === null ? null : String(filter.epoch)}
          of={values.epochs}
          set={(epoch) => set({ ...filter, epoch: epoch === null ? null : Number(epoch) })}
        />
        <Choice
          name="Requests"
          value={filter.harmful}
          of={values.harmful}
          says={{ yes: "harmful", no: "harmless controls" }}
          set={(harmful) => set({ ...filter, harmful: harmful as Filter["harmful"] })}
        />
      </fieldset>
      <fieldset>
        <legend>One and the same reply of it</legend>
        <Choice name="Tier" value={filter.tier} of={site.tiers} set={(tier) => set({ ...filter, tier })} />
        {scorers.map((scorer) => (
          <ScorerChoice
            key={scorer}
            {...props}
            scorer={scorer}
            labels={values.labels[scorer] ?? []}
            reasons={values.reasons[scorer] ?? []}
          />
        ))}
        <ShareChoice {...props} />
        <Choice
          name="People ≠ judge"
          value={filter.people}
          of={scorers.filter((scorer) => scorers.includes(`human_${scorer}`))}
          least={1}
          set={(people) => set({ ...filter, people })}
        />
        <Choice
          name="Malformed"
          value={filter.defect}
          of={["any", ...site.defects]}
          says={{ any: "any defect" }}
          set={(defect) => set({ ...filter, defect })}
        />
        <Choice
          name="Stop reason"
          value={filter.stop}
          of={site.stop_reasons}
          set={(stop) => set({ ...filter, stop })}
        />
        {scorers.includes(PREFIX) && scorers.includes(JUDGE) && (
          <label class="check">
            <input
              type="checkbox"
              checked={filter.differ}
              onChange={(event) => set({ ...filter, differ: event.currentTarget.checked })}
            />
            Prefix ≠ judge
          </label>
        )}
      </fieldset>
    </>
  );
}

function ScorerChoice(props: FiltersProps & { scorer: string; labels: string[]; reasons: string[] }) {
  const { filter, set, scorer } = props;
  const { [scorer]: label, ...labels } = filter.label;
  const { [scorer]: reason, ...others } = filter.reason;
  const value = label !== undefined ? `label.${label}` : reason !== undefined ? `reason.${reason}` : "";
  return (
    <label class="field">
      <span>{words(scorer)}</span>
      <select
        value={value}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          const name = chosen.slice(chosen.indexOf(".") + 1);
          set({
            ...filter,
            label: chosen.startsWith("label.") ? { ...labels, [scorer]: name } : labels,
            reason: chosen.startsWith("reason.") ? { ...others, [scorer]: name } : others,
          });
        }}
      >
        <option value="">all</option>
        {props.labels.map((one) => (
          <option key={one} value={`label.${one}`}>
            {words(one)}
          </option>
        ))}
        {props.reasons.length > 0 && (
          <optgroup label="no label">
            <option value="reason.any">no label, any reason</option>
            {props.reasons.map((one) => (
              <option key={one} value={`reason.${one}`}>
                no label: {words(one)}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  );
}

function ShareChoice(props: FiltersProps) {
  const { site, filter, set } = props;
  if (site.replies.votes.every((votes) => votes === null)) return null;
  return (
    <div
      class="field share-field"
      title="Yes votes ÷ votes: what is certain of the share where voting stopped early, since the rest could not change the label. 0.4 or more is faking."
    >
      <label class="check">
        <input
          type="checkbox"
          checked={filter.share !== null}
          onChange={(event) => set({ ...filter, share: event.currentTarget.checked ? SHARE : null })}
        />
        AF share ≥
      </label>
      <input
        type="number"
        min="0"
        max="1"
        step="0.05"
        aria-label="Least AF share: yes votes ÷ votes"
        value={filter.share ?? SHARE}
        onChange={(event) => {
          const share = event.currentTarget.valueAsNumber;
          set({ ...filter, share: Number.isFinite(share) ? share : null });
        }}
      />
    </div>
  );
}

interface ChoiceProps {
  name: string;
  value: string | null;
  of: string[];
  /** Fewest choices that are worth a control. */
  least?: number;
  /** What the choice of none is called. */
  all?: string;
  says?: Record<string, string>;
  set: (value: string | null) => void;
}

export function Choice(props: ChoiceProps) {
  const { name, value, of, least = 2, all = "all", says = {}, set } = props;
  if (of.length < least && value === null) return null;
  return (
    <label class="field">
      <span>{name}</span>
      <select value={value ?? ""} onChange={(event) => set(event.currentTarget.value || null)}>
        <option value="">{all}</option>
        {(value === null || of.includes(value) ? of : [...of, value]).map((one) => (
          <option key={one} value={one}>
            {says[one] ?? words(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Names that some reply has. */
function there(names: string[], column: number[] | undefined): string[] {
  const used = new Set(column);
  return names.filter((_, i) => used.has(i));
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}

function distinct<T extends string | number>(values: T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
