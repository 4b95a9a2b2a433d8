/** What leads from a pair to others. */

interface StepsProps {
  /** Place in the list, from 0; -1 where the filter leaves the pair out. */
  place: number;
  of: number;
  /** Address of the list. */
  list: string;
  step: (by: 1 | -1) => void;
  copy: () => void;
  copied: boolean;
}

export function Steps(props: StepsProps) {
  const { place, of, step } = props;
  return (
    <div class="steps">
      <a class="button to-list" href={props.list}>
        List
      </a>
      <span class="place">
        {place < 0 ? "left out by the filters" : `${(place + 1).toLocaleString("en")} of ${of.toLocaleString("en")}`}
      </span>
      <button type="button" disabled={place <= 0} onClick={() => step(-1)}>
        Previous
      </button>
      <button type="button" disabled={place + 1 >= of} onClick={() => step(1)}>
        Next
      </button>
      <button type="button" onClick={props.copy}>
        Copy link
      </button>
      <span role="status">{props.copied && "Copied"}</span>
    </div>
  );
}
