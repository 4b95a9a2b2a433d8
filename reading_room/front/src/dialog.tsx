/** Dialogs of the page. */

import { useEffect, useRef } from "preact/hooks";

export function Dialog(props: { title: string; close: () => void; children: preact.ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={props.close}>
      <header>
        <h2 id="dialog-title">{props.title}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {props.children}
    </dialog>
  );
}

const KEYS: [string[], string][] = [
  [["j", "→"], "next pair"],
  [["k", "←"], "previous pair"],
  [["/"], "find"],
  [["f"], "filters"],
  [["l"], "show or hide the list"],
  [["c"], "copy the link of the pair, filters included"],
  [["?"], "these keys"],
  [["Esc"], "leave a field, close what is open"],
];

export function Help(props: { close: () => void }) {
  return (
    <Dialog title="Keys" close={props.close}>
      <dl class="keys">
        {KEYS.map(([keys, says]) => (
          <div key={says}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

/** For browsers that do not let a page copy. */
export function Link(props: { link: string; close: () => void }) {
  return (
    <Dialog title="Link of the pair" close={props.close}>
      <input
        class="link"
        aria-label="Link"
        readOnly
        value={props.link}
        onFocus={(event) => event.currentTarget.select()}
      />
    </Dialog>
  );
}
