/** The page: waits for the data of the site, and says so where they do not come. */

import { render } from "preact";
import { useErrorBoundary } from "preact/hooks";
import "./app.css";
import type { Site } from "./data";
import { Room } from "./room";
import { receive } from "./script";

const VERSION = 1;

function Page(props: { site: Site }) {
  const [error] = useErrorBoundary();
  return error instanceof Error ? <Trouble says={error.message} /> : <Room site={props.site} />;
}

function Trouble(props: { says: string }) {
  return (
    <main class="page-text">
      <h1>Reading room</h1>
      <p class="trouble" role="alert">
        {props.says}
      </p>
    </main>
  );
}

const page = document.getElementById("page");
if (page !== null) {
  let came = false;
  receive((site) => {
    came = true;
    render(
      site.version === VERSION ? (
        <Page site={site} />
      ) : (
        <Trouble
          says={`The data are of version ${String(site.version)}, and this page reads version ${VERSION}. Write the site again with \`af site\`.`}
        />
      ),
      page,
    );
  });
  render(<p class="page-text">Loading …</p>, page);
  addEventListener("load", () => {
    if (!came)
      render(
        <Trouble says="data/site.js is not there, or cannot be read. Copy the whole folder of the site, or write it again with `af site`." />,
        page,
      );
  });
}
