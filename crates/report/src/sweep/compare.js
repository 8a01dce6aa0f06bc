// Comparing: ticked analyses are drawn together, with a table of their numbers.

const MOST = DASHES.length;

const cellsOf = (table, row) =>
  Object.fromEntries(
    [...table.tHead.rows[0].cells].map((head) => [
      head.dataset.key,
      { title: head.textContent, text: row.cells[head.cellIndex].textContent },
    ]),
  );

/** An analysis in a few words; its run is named by what tells it from others. */
const nameOf = ({ run, operator, split, epoch }) =>
  `${operator.text}, ${split.text}, epoch ${epoch.text}, ${run.text}`;

/** The numbers of analyses, a column each. */
const numbersTable = (table, compared, remove) => {
  const heads = compared.map(({ row, name, slot }) => {
    const button = element("button", { type: "button", "aria-label": `Remove ${name}` }, "Remove");
    button.addEventListener("click", () => remove(row));
    return element("th", { scope: "col" }, element("span", { class: `key curve-${slot}` }, name), " ", button);
  });
  const all = compared.map(({ row }) => cellsOf(table, row));
  const body = Object.entries(all[0])
    .filter(([key]) => key !== "compare")
    .map(([key, { title }]) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, title),
        ...all.map((cells) => element("td", {}, cells[key].text)),
      ),
    );
  const made = element(
    "table",
    { class: "numbers" },
    element("caption", {}, element("span", {}, "The numbers of the analyses compared")),
    element("thead", {}, element("tr", {}, element("td"), ...heads)),
    element("tbody", {}, ...body),
  );
  return element(
    "div",
    { class: "box", role: "region", tabindex: 0, "aria-label": "The numbers of the analyses compared" },
    made,
  );
};

/** How the curves are drawn: one radio button each. */
const makeArrangement = (changed) => {
  const button = (value, label, checked) => {
    const input = element("input", { type: "radio", name: "arrangement", value });
    input.checked = checked;
    input.addEventListener("change", changed);
    return element("label", {}, input, ` ${label}`);
  };
  return element(
    "fieldset",
    { class: "arrangement" },
    element("legend", {}, "Densities"),
    button("over", "over one another", true),
    button("apart", "one above another", false),
  );
};

/**
 * Puts a box to tick at the head of each row, and the comparison below the table.
 * @param curves one for each row, in the order of the page
 * @param say tells the reader something in a few words
 */
const makeComparison = (table, section, curves, say) => {
  const narrow = matchMedia("(max-width: 600px)");
  const ticked = [];
  const arrangement = makeArrangement(() => draw());
  const area = element("div", { class: "comparison" });
  const hint = element("p", {}, `Tick up to ${MOST} analyses in the table to see their densities and numbers together.`);
  const comparison = element(
    "section",
    { id: "comparison", tabindex: -1, "aria-labelledby": "comparison-title" },
    element("h2", { id: "comparison-title" }, "Comparison"),
    hint,
    arrangement,
    area,
  );
  section.after(comparison);

  const draw = () => {
    hint.hidden = ticked.length > 0;
    arrangement.hidden = !ticked.length;
    area.hidden = !ticked.length;
    if (!ticked.length) return;
    const named = ticked.map(({ curve, name, slot }) => ({ ...curve, name, slot }));
    const apart = arrangement.querySelector("input:checked").value === "apart";
    const all = named.map((_, i) => i);
    const panels = apart ? all.map((i) => [i]) : [all];
    const label = `Densities of eigenvalues per decade of |λ|: ${named.map(({ name }) => name).join("; ")}.`;
    const view = drawCurves(named, panels, narrow.matches, label);
    const control = readout(splitAxis(named, view.drawing.floor), named, [view]);
    const figure = element(
      "figure",
      {},
      view.svg,
      control,
      element(
        "figcaption",
        {},
        "Eigenvalues per decade of |λ|, each broadened to a Gaussian of standard deviation 0.08 decades; bands are where " +
          "the exact spectrum, broadened alike, lies at 95 % of points. Where a curve is left out its density is not resolved " +
          "by the Lanczos steps, and the upper end of the band is dashed. Diamonds are outliers.",
      ),
    );
    area.replaceChildren(figure, numbersTable(table, ticked, untick));
  };
  const untick = (row) => {
    const box = row.querySelector("input");
    box.checked = false;
    box.dispatchEvent(new Event("change"));
    // The button that was pressed is gone.
    comparison.focus();
  };
  const tick = (box, entry) => {
    if (box.checked && ticked.length === MOST) {
      box.checked = false;
      return say(`No more than ${MOST} analyses can be compared: untick one first.`);
    }
    if (box.checked) {
      // It keeps its colour while others come and go.
      entry.slot = DASHES.findIndex((_, slot) => ticked.every((other) => other.slot !== slot));
      ticked.push(entry);
    } else {
      ticked.splice(ticked.indexOf(entry), 1);
    }
    draw();
    const words = ticked.length === 1 ? "1 analysis is" : `${ticked.length} analyses are`;
    return say(ticked.length ? `${words} compared below the table.` : "Nothing is compared.");
  };

  const head = element("th", { scope: "col", "data-key": "compare" }, "Compare");
  const rows = [...table.tBodies[0].rows];
  // Before there is another column, so that names are read from the page's own.
  const names = rows.map((row) => nameOf(cellsOf(table, row)));
  rows.forEach((row, i) => {
    const box = element("input", { type: "checkbox", "aria-label": `Compare ${names[i]}` });
    const entry = { row, curve: curves[i], name: names[i] };
    box.addEventListener("change", () => tick(box, entry));
    row.prepend(element("td", { class: "tick" }, box));
  });
  table.tHead.rows[0].prepend(head);
  narrow.addEventListener("change", draw);
  draw();
};

