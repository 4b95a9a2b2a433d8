/** What narrows the list down, and how far it did. */

import type { Site } from "./data";
import { describe, EVERYTHING, experimentNames, type Filter } from "./filter";
import { Choice, Filters } from "./filters";
import type { Search } from "./search";
import { plain } from "./sign";

interface FinderProps {
  site: Site;
  filter: Filter;
  set: (filter: Filter) => void;
  /** Pairs that pass. */
  count: number;
  search: Search | null;
  stop: () => void;
  filtering: boolean;
  setFiltering: (filtering: boolean) => void;
}

export function Finder(props: FinderProps) {
  const { site, filter, set, search, filtering } = props;
  const said = describe(filter);
  const all = site.pairs.id.length;
  return (
    <div class="finder">
      <search>
        <label class="find">
          <span>{filter.texts ? "Find in texts" : "Find a query id"}</span>
          <input
            id="find"
            type="search"
            autocomplete="off"
            spellcheck={false}
            value={filter.find ?? ""}
            onInput={(event) => set({ ...filter, find: event.currentTarget.value || null })}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={filter.texts}
            onChange={(event) => set({ ...filter, texts: event.currentTarget.checked })}
          />
          in queries, reasoning and outputs too
        </label>
        {search !== null && <Progress search={search} stop={props.stop} />}
      </search>
      <Choice
        name="Experiment"
        value={filter.experiment}
        of={experimentNames(site)}
        set={(experiment) => set({ ...filter, experiment })}
      />
      <div class="finder-row">
        <p class="count" role="status">
          <strong>{props.count.toLocaleString("en")}</strong> of {all.toLocaleString("en")} pairs
        </p>
        <button
          type="button"
          aria-expanded={filtering}
          aria-controls="filters"
          onClick={() => props.setFiltering(!filtering)}
        >
          Filters
        </button>
      </div>
      {said.length > 0 && (
        <ul class="said" aria-label="Filters in use">
          {said.map(({ says, without }) => (
            <li key={says}>
              <button type="button" onClick={() => set(without)} aria-label={`Remove filter: ${plain(says)}`}>
                {plain(says)} <span aria-hidden="true">×</span>
              </button>
            </li>
          ))}
          <li>
            <button type="button" class="clear" onClick={() => set(EVERYTHING)}>
              Clear
            </button>
          </li>
        </ul>
      )}
      <div id="filters" hidden={!filtering}>
        {filtering && <Filters site={site} filter={filter} set={set} />}
      </div>
    </div>
  );
}

function Progress(props: { search: Search; stop: () => void }) {
  const { done, of, ended } = props.search;
  return (
    <div class="progress">
      <progress value={done} max={of} aria-label="Files searched" />
      <span role="status">
        {ended !== null ? `${ended}: ` : ""}
        {done} of {of} files searched
      </span>
      {done < of && ended === null && (
        <button type="button" onClick={props.stop}>
          Stop
        </button>
      )}
    </div>
  );
}
