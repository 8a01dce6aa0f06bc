// Densities drawn over one another or one above another, as the figures of a run's report are.

const LANE = 20;
const LEAST = -0.7;
/** Line patterns: colour is not all that tells curves apart. */
const DASHES = ["none", "8 3", "3 3", "10 3 2 3", "14 4", "2 2 6 2"];

const largest = (values) => values.reduce((most, value) => Math.max(most, value), -Infinity);

/** log10 |λ| of a side's last point, or -Infinity where the side is empty. */
const topOf = (curve, side) => {
  const { mean } = sideOf(curve, side);
  return mean.length ? curve.floor + (mean.length - 1) * curve.step : -Infinity;
};

/** The power of ten below which an axis for these curves shows nothing; curves without points do not count. */
const floorOf = (curves) => {
  const drawn = curves.filter((curve) => topOf(curve, -1) > -Infinity || topOf(curve, 1) > -Infinity);
  return largest((drawn.length ? drawn : curves).map((curve) => curve.floor));
};

/** Where everything of a drawing stands; `panels` lists the curves of each. */
const layOut = (curves, panels, narrow) => {
  const [width, left, right] = narrow ? [360, 50, 10] : [760, 62, 10];
  const [strip, room] = narrow ? [22, 10] : [26, 10];
  const height = panels.length > 1 ? 130 : 240;
  const floor = floorOf(curves);
  const decades = (side) => Math.max(largest(curves.map((curve) => topOf(curve, side))) - floor, 0);
  const [below, above] = [decades(-1), decades(1)];
  const span = width - left - right - strip;
  const middle = below + above > 0 ? left + (span * below) / (below + above) : left + span / 2;
  const counts = curves.flatMap((curve) =>
    [curve.negative, curve.positive].flatMap(({ mean, band }) => [...mean.filter((value) => value !== null), ...(band ? band[1] : [])]),
  );
  const heads = panels.length > 1 ? 20 : 0;
  return {
    width,
    height: panels.length * (height + heads + room) + 44,
    left,
    right: width - right,
    floor,
    strip: [middle, middle + strip],
    negative: below > 0 ? [floor, floor + below, middle, left] : null,
    positive: above > 0 ? [floor, floor + above, middle + strip, width - right] : null,
    counts: [LEAST, Math.log10(Math.max(largest(counts), 1)) + 0.15],
    panels: panels.map((list, i) => {
      const frame = room + heads + i * (height + heads + room);
      return { frame, scale: [frame + height, frame + LANE], curves: list };
    }),
  };
};

/** Labelled places on the horizontal axis: zero, and powers of ten as far as there is room. */
const ticksOf = (drawing, narrow) => {
  const middle = (drawing.strip[0] + drawing.strip[1]) / 2;
  const distance = narrow ? 40 : 48;
  const ticks = [{ x: middle, label: "0" }];
  for (const [sign, scale] of [["−", drawing.negative], ["", drawing.positive]]) {
    if (!scale) continue;
    const decade = Math.abs(between(scale, 1) - between(scale, 0));
    const stride = Math.max(Math.ceil(distance / decade), 1);
    const last = Math.floor(scale[1]);
    for (let exponent = last; exponent >= drawing.floor; exponent -= stride) {
      const x = between(scale, exponent);
      if (Math.abs(x - middle) < 0.75 * distance) continue;
      ticks.push({ x, label: `${sign}${powerOfTen(exponent)}` });
    }
  }
  return ticks;
};

const pathOf = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/** Runs of neighbouring stops at which a curve is resolved or not; a run that is not takes a stop on each side. */
const runsOf = (curve, stops) => {
  const runs = [];
  for (const stop of stops) {
    const value = valueAt(curve, stop);
    const resolved = value.mean !== null;
    if (runs.at(-1)?.resolved !== resolved) {
      const last = runs.at(-1)?.points;
      runs.push({ resolved, points: last && !resolved ? [last.at(-1)] : [] });
      if (last && resolved) last.push({ stop, value });
    }
    runs.at(-1).points.push({ stop, value });
  }
  return runs;
};

/** Band and line of a side of a curve where it is resolved, the upper end of its band where it is not. */
const drawSide = (drawing, panel, curve, side) => {
  const { slot } = curve;
  const stops = stopsOf([curve], drawing.floor).filter((stop) => stop.side === side);
  const parts = [];
  for (const { resolved, points } of runsOf(curve, stops)) {
    const line = (pick) =>
      points.map(({ stop, value }) => [placeOf(drawing, stop), heightOf(drawing, panel, pick(value))]);
    const upper = () => line(({ band }) => band[1]);
    if (!resolved) {
      parts.push(shape("polyline", { class: `bound curve-${slot}`, points: pathOf(upper()) }));
      continue;
    }
    if (sideOf(curve, side).band) {
      const corners = [...upper(), ...line(({ band }) => band[0]).reverse()];
      parts.push(shape("polygon", { class: `band curve-${slot}`, points: pathOf(corners) }));
    }
    parts.push(
      shape("polyline", {
        class: `line curve-${slot}`,
        points: pathOf(line(({ mean }) => mean)),
        "stroke-dasharray": DASHES[slot],
      }),
    );
  }
  return parts;
};

/** A curve's outliers, on the lane above. */
const drawOutliers = (drawing, panel, curve) =>
  curve.outliers
    .filter((value) => Math.log10(Math.abs(value)) >= drawing.floor)
    .map((value) => {
      const x = placeOf(drawing, { side: Math.sign(value), log: Math.log10(Math.abs(value)) });
      const y = panel.frame + LANE / 2;
      return shape("polygon", {
        class: `outlier curve-${curve.slot}`,
        points: pathOf([[x, y - 6], [x + 5, y], [x, y + 6], [x - 5, y]]),
      });
    });

const text = (x, y, anchor, content) => shape("text", { x, y, "text-anchor": anchor }, content);

/** Draws curves; the label says to readers who do not see it what the picture holds. */
const drawCurves = (curves, panels, narrow, label) => {
  const drawing = layOut(curves, panels, narrow);
  const svg = shape("svg", {
    viewBox: `0 0 ${drawing.width} ${drawing.height}`,
    role: "img",
    "aria-label": label,
  });
  const { left, right, strip } = drawing;
  const ticks = ticksOf(drawing, narrow);
  const [least, most] = drawing.counts;
  for (const panel of drawing.panels) {
    const [bottom] = panel.scale;
    if (drawing.panels.length > 1) {
      svg.append(text(left, panel.frame - 6, "start", curves[panel.curves[0]].name));
    }
    const stride = Math.max(Math.ceil((most - least) / 5), 1);
    for (let exponent = 0; exponent <= most; exponent += stride) {
      const y = between([least, most, ...panel.scale], exponent);
      svg.append(
        shape("line", { class: "grid", x1: left, x2: right, y1: y, y2: y }),
        text(left - 6, y + 4, "end", powerOfTen(exponent)),
      );
    }
    for (const { x } of ticks) {
      svg.append(shape("line", { class: "grid", x1: x, x2: x, y1: panel.frame, y2: bottom }));
    }
    svg.append(
      shape("rect", {
        class: "strip",
        x: strip[0],
        y: panel.frame,
        width: strip[1] - strip[0],
        height: bottom - panel.frame,
      }),
    );
    for (const i of panel.curves) {
      svg.append(...drawSide(drawing, panel, curves[i], -1), ...drawSide(drawing, panel, curves[i], 1));
    }
    for (const i of panel.curves) svg.append(...drawOutliers(drawing, panel, curves[i]));
    svg.append(
      shape("polyline", {
        class: "axes",
        points: pathOf([[left, panel.frame], [left, bottom], [right, bottom]]),
      }),
    );
  }
  const base = drawing.height - 44;
  svg.append(
    ...ticks.map(({ x, label }) => text(x, base + 16, "middle", label)),
    text((left + right) / 2, base + 36, "middle", "eigenvalue λ, logarithmic to either side of zero"),
  );
  return { svg, drawing };
};

