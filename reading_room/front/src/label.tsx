/** The mode in which people label replies, blind: tier, model, judge and labels are nowhere in the page while they do. */

import { useEffect, useState } from "preact/hooks";
import type { Site } from "./data";
import "./label.css";
import { LabelDesk } from "./label_desk";
import type { Item } from "./label_sample";
import { LabelStart } from "./label_start";
import type { LabelStore } from "./label_store";

/** A sample that somebody is labelling. */
export interface Sitting {
  items: Item[];
  store: LabelStore;
}

export function Label(props: { site: Site; close: () => void }) {
  const [sitting, setSitting] = useState<Sitting | null>(null);

  useEffect(() => {
    document.title = "Label replies";
    history.replaceState(null, "", "#label"); // it may name a pair too
  }, []);

  return sitting === null ? (
    <LabelStart site={props.site} start={setSitting} close={props.close} />
  ) : (
    <LabelDesk site={props.site} sitting={sitting} pause={() => setSitting(null)} />
  );
}
