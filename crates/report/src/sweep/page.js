// The page of a sweep: its table stands; this adds what can be done with it.

const table = document.getElementById("table");
const section = document.getElementById("analyses");
const curves = JSON.parse(document.querySelector("script.curves").textContent);

const shown = element("p", { class: "shown", role: "status" });
const told = element("p", { class: "told", role: "status" });
let left = table.tBodies[0].rows.length;
let order = "";
const update = () => {
  const all = table.tBodies[0].rows.length;
  shown.textContent = `${left} of ${all} ${all === 1 ? "analysis" : "analyses"}${order}.`;
};

const box = table.parentElement;
makeComparison(table, section, curves, (words) => {
  told.textContent = words;
});
makeFilters(table, box, (remaining) => {
  left = remaining;
  update();
});
makeSortable(table, (title, direction) => {
  order = `, sorted by ${title}, ${direction}`;
  update();
});
box.before(shown);
box.after(told);
update();
