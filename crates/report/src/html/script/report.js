// Every figure that carries its numbers can be read.

for (const data of document.querySelectorAll("script.readings")) {
  const figure = data.parentElement;
  const { curves, wide, narrow } = JSON.parse(data.textContent);
  const views = [
    { svg: figure.querySelector("svg.wide"), drawing: wide },
    { svg: figure.querySelector("svg.narrow"), drawing: narrow },
  ];
  // The figure draws all of them in one colour.
  const alike = curves.map((curve) => ({ ...curve, slot: 0 }));
  data.after(readout(alike, curves[0].floor, views));
}
