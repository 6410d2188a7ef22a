// The SPARQL editor of /sparql: its own bundle, loaded by that page only.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";

const place = document.getElementById("editor");
if (place) {
  new Yasgui(place, {
    requestConfig: { endpoint: new URL("/sparql", location.href).href },
    copyEndpointOnNewTab: false,
  });
}
