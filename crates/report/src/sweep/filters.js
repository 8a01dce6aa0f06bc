// Filters: a choice for each column that has one and more than one value, and a search in the whole row.

/** The values of a column, in order, without repetition. */
const valuesOf = (rows, column) => {
  const cells = rows.map((row) => row.cells[column]);
  cells.sort((a, b) => compareCells(a, b, 1));
  return [...new Set(cells.map((cell) => cell.textContent))];
};

/** Puts the filters before a table's box; `filtered` is told how many rows are left. */
const makeFilters = (table, box, filtered) => {
  const rows = [...table.tBodies[0].rows];
  const choices = [];
  const form = element("form", { class: "filters", role: "search", "aria-label": "Filter the analyses" });
  for (const head of table.tHead.rows[0].cells) {
    if (head.dataset.filter === undefined) continue;
    const column = head.cellIndex;
    const values = valuesOf(rows, column);
    if (values.length < 2) continue;
    const select = element("select", { name: head.dataset.key }, element("option", { value: "" }, "any"));
    select.append(...values.map((value) => element("option", {}, value)));
    choices.push({ select, column });
    form.append(element("label", {}, head.textContent, select));
  }
  const search = element("input", { type: "search", name: "text", autocomplete: "off" });
  form.append(
    element("label", {}, "Text", search),
    element("button", { type: "reset" }, "Show all"),
  );

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const chosen = choices.every(
        ({ select, column }) => !select.value || row.cells[column].textContent === select.value,
      );
      const cells = [...row.cells].map((cell) => cell.textContent.toLowerCase());
      row.hidden = !(chosen && words.every((word) => cells.some((cell) => cell.includes(word))));
      left += row.hidden ? 0 : 1;
    }
    filtered(left, rows.length);
  };
  form.addEventListener("input", apply);
  // The fields are empty only after the event.
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  box.before(form);
};

