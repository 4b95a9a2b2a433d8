/** What takes the labels out of the browser, and holds back who would leave without them. */

import { useEffect } from "preact/hooks";
import { download, labelFileName, labelLines } from "./label_file";
import type { LabelStore, Who } from "./label_store";

export function LabelExport(props: { store: LabelStore; who: Who; done: () => void; class?: string }) {
  const { store, who } = props;
  const count = store.labels.size;

  function click() {
    download(labelFileName(who.question, who.labeller, who.seed), labelLines(store.labels.values()));
    store.exported();
    props.done();
  }

  return (
    <button type="button" class={props.class ?? ""} onClick={click} disabled={count === 0}>
      Export {count} {count === 1 ? "label" : "labels"}
    </button>
  );
}

/** Has the browser ask before the page is left with labels that are in no file. */
export function useWarning(store: LabelStore): void {
  useEffect(() => {
    function warn(event: BeforeUnloadEvent) {
      if (store.unexported > 0) event.preventDefault();
    }
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [store]);
}
