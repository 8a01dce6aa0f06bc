// Every figure that carries its numbers can be read, in each of its views.

const drawingsOf = (place, { wide, narrow }) => [
  { svg: place.querySelector("svg.wide"), drawing: wide },
  { svg: place.querySelector("svg.narrow"), drawing: narrow },
];

for (const data of document.querySelectorAll("script.readings")) {
  const figure = data.parentElement;
  const { curves, wide, narrow, straight } = JSON.parse(data.textContent);
  // The figure draws all of them in one colour.
  const alike = (curves) => curves.map((curve) => ({ ...curve, slot: 0 }));
  const first = figure.querySelector(".view-logarithmic") ?? figure;
  const control = readout(
    splitAxis(curves, curves[0].floor),
    alike(curves),
    drawingsOf(first, { wide, narrow }),
  );
  if (first === figure) data.after(control);
  else first.append(control);
  for (const [name, drawings] of Object.entries(straight.views)) {
    const view = figure.querySelector(`.view-${name}`);
    const axis = straightAxis(straight.curves);
    view.append(readout(axis, alike(straight.curves), drawingsOf(view, drawings)));
  }
}
