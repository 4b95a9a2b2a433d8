/** Keys of the page. They are left alone where the reader types, and where a dialog is open. */

import { useLayoutEffect } from "preact/hooks";

/** Calls `does[key]` when a key is pressed; Escape leaves a field. */
export function useKeys(on: boolean, does: Record<string, () => unknown>): void {
  // At once, not after the next paint: the key after this one acts on what this one did.
  useLayoutEffect(() => {
    if (!on) return;
    function press(event: KeyboardEvent) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]") !== null) return;
      if (isTyping(event.target)) {
        if (event.key === "Escape") (event.target as HTMLElement).blur();
        return;
      }
      const act = does[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    }
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}

/** Whether keys that are pressed there are meant for a field. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName))
  );
}
