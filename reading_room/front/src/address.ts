/** Where the reader is: the part of the address behind `#`, so that a link shows the same. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Filter, readFilter, writeFilter } from "./filter";

export interface Address {
  /** `label`: the mode in which people label replies. */
  mode: "read" | "label";
  /** Permalink of the pair that is open. */
  pair: string | null;
  filter: Filter;
}

export function readAddress(hash: string): Address {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  return {
    mode: parameters.has("label") ? "label" : "read",
    pair: parameters.get("pair") || null,
    filter: readFilter(parameters),
  };
}

export function writeAddress(address: Address): string {
  if (address.mode === "label") return "#label";
  const pair: [string, string][] = address.pair === null ? [] : [["pair", address.pair]];
  return `#${new URLSearchParams([...pair, ...writeFilter(address.filter)])}`;
}

/** Goes to another address: `push` keeps the way back, `replace` does not. */
export type Go = (next: Address, how: "push" | "replace") => void;

/**
 * The address of the page, which follows its links and the browser's own keys. The third value gives the address that
 * was gone to last, drawn or not: keys can come faster than the page is drawn.
 */
export function useAddress(): [Address, Go, () => Address] {
  const [address, setAddress] = useState(() => readAddress(location.hash));
  const last = useRef(address);
  const timer = useRef(0);
  useEffect(() => {
    const follow = () => {
      clearTimeout(timer.current);
      last.current = readAddress(location.hash);
      setAddress(last.current);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const go = useCallback<Go>((next, how) => {
    clearTimeout(timer.current);
    last.current = next;
    setAddress(next);
    const written = writeAddress(next);
    if (how === "push") history.pushState(null, "", written);
    // Browsers refuse a page that rewrites its address at every key that is held down.
    else timer.current = window.setTimeout(() => history.replaceState(null, "", written), 200);
  }, []);
  return [address, go, useCallback(() => last.current, [])];
}
