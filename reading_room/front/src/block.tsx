/** A part of a reply, set apart and named. */

export function Block(props: {
  title: string;
  kind: "reasoning" | "answer" | "prompt" | "error";
  children: preact.ComponentChildren;
}) {
  return (
    <section class={`block ${props.kind}`}>
      <h4>{props.title}</h4>
      {props.children}
    </section>
  );
}
