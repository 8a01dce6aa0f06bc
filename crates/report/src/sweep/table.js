// Sorting: the head of every column that says something is a button.

const compareCells = (a, b, sign) => {
  const [x, y] = [a.dataset.sort, b.dataset.sort];
  // What is missing comes last, whichever way.
  if (x === "" || y === "") return (x === "") - (y === "");
  if (x === undefined || y === undefined) {
    const options = { numeric: true, sensitivity: "base" };
    return sign * a.textContent.localeCompare(b.textContent, "en", options);
  }
  // Equal infinities differ by no number.
  return x === y ? 0 : sign * (Number(x) - Number(y));
};

/** Makes a table's columns sortable; `sorted` is told the head and the direction. */
const makeSortable = (table, sorted) => {
  const body = table.tBodies[0];
  // Equal cells keep the order that the page came with.
  const rows = [...body.rows];
  for (const head of table.tHead.rows[0].cells) {
    if (head.dataset.key === "compare") continue;
    const button = element("button", { type: "button" }, ...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction);
      const column = head.cellIndex;
      const sign = direction === "ascending" ? 1 : -1;
      const order = [...rows].sort((a, b) => compareCells(a.cells[column], b.cells[column], sign));
      body.append(...order);
      sorted(button.textContent, direction);
    });
  }
};

