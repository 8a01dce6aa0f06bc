// Reading values off a figure: by pointer over its drawings, or by a slider with the keyboard. The values stand in a list
// below; a screen reader is told them once they have stood for a moment.

const SETTLED = 300;

const element = (name, attributes = {}, ...content) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
};

const shape = (name, attributes, ...content) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
};

/** The line through the panels of a drawing and a dot on each curve. */
const crosshair = (axis, svg, drawing, curves) => {
  const group = shape("g", { class: "crosshair", "aria-hidden": "true" });
  const lines = drawing.panels.map((panel) =>
    shape("line", { y1: panel.frame, y2: panel.scale[0] }),
  );
  const dots = drawing.panels.flatMap((panel) =>
    panel.curves.map((i) => ({
      panel,
      curve: curves[i],
      dot: shape("circle", { r: 4, class: `dot curve-${curves[i].slot}` }),
    })),
  );
  group.append(...lines, ...dots.map(({ dot }) => dot));
  svg.append(group);
  return (stop) => {
    drawing.panels.forEach((panel, i) => {
      const x = axis.place(drawing, panel, stop);
      lines[i].toggleAttribute("hidden", x === null);
      if (x === null) return;
      lines[i].setAttribute("x1", x);
      lines[i].setAttribute("x2", x);
    });
    for (const { panel, curve, dot } of dots) {
      const value = axis.value(curve, stop);
      const x = axis.place(drawing, panel, stop);
      // There is no value where the density is not resolved.
      const none = x === null || !value || value.mean === null;
      dot.toggleAttribute("hidden", none);
      if (none) continue;
      dot.setAttribute("cx", x);
      dot.setAttribute("cy", axis.height(drawing, panel, value.mean));
    }
  };
};

/**
 * Makes curves readable.
 * @param axis what is read where
 * @param curves each with its name, its slot among colours, and its points
 * @param views the drawings, {svg, drawing}
 * @returns the control, to be put below them
 */
const readout = (axis, curves, views) => {
  const { stops } = axis;
  const slider = element("input", { type: "range", min: 0, max: stops.length - 1, step: 1 });
  const place = element("span", { class: "place" }, "move over the figure or use the arrow keys");
  const values = element("dl", { class: "values" });
  const said = element("p", { class: "unseen", role: "status" });
  const control = element(
    "div",
    { class: "readout" },
    element("label", {}, element("span", {}, "Read values at "), slider),
    element("p", { class: "at" }, place),
    values,
    said,
  );
  slider.value = axis.first(stops);
  slider.setAttribute("aria-valuetext", axis.words(stops[slider.value]));

  let crosshairs = null;
  let timer = 0;
  const show = (i) => {
    const stop = stops[i];
    const words = axis.words(stop);
    crosshairs ??= views.map(({ svg, drawing }) => crosshair(axis, svg, drawing, curves));
    // From now on it stays in sight while its figure is.
    control.classList.add("used");
    for (const move of crosshairs) move(stop);
    slider.value = i;
    slider.setAttribute("aria-valuetext", words);
    place.textContent = words;
    const read = curves.map((curve) => ({ ...curve, words: axis.reading(curve, stop) }));
    values.replaceChildren(
      ...read.map(({ name, slot, words }) =>
        element(
          "div",
          {},
          element("dt", { class: `key curve-${slot}` }, name),
          element("dd", {}, words),
        ),
      ),
    );
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = `At ${words}: ${read.map((curve) => `${curve.name}, ${curve.words}`).join("; ")}.`;
    }, SETTLED);
  };

  slider.addEventListener("input", () => show(Number(slider.value)));
  slider.addEventListener("focus", () => show(Number(slider.value)));
  for (const { svg, drawing } of views) {
    const follow = (event) => {
      const box = svg.getBoundingClientRect();
      const scale = drawing.width / box.width;
      const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
      show(axis.nearest(drawing, stops, x, y));
    };
    svg.classList.add("readable");
    svg.addEventListener("pointermove", follow);
    // From where a figure is pressed, the arrow keys go on.
    svg.addEventListener("click", (event) => {
      follow(event);
      slider.focus({ preventScroll: true });
    });
  }
  return control;
};

