// Places on axes of eigenvalues. A stop is where values are read.

const between = ([v0, v1, p0, p1], value) => p0 + ((value - v0) / (v1 - v0)) * (p1 - p0);

const clamped = (value, [least, most]) => Math.min(Math.max(value, least), most);

/** The unresolved stretch of a curve that holds an eigenvalue; its ends stand in the page to five digits. */
const stretchAt = (curve, lambda) => {
  const slack = 1e-4 * Math.abs(lambda);
  return curve.unresolved.find(({ ends: [from, to] }) => lambda >= from - slack && lambda <= to + slack);
};

/** The point of a list of means and band ends: what the curve is there. */
const pointOf = ({ mean, band }, i) =>
  i < 0 || i >= mean.length ? null : { mean: mean[i], band: band && [band[0][i], band[1][i]] };

// Logarithmic on both sides of zero. A stop is {side, log}: the sign of λ and log10 |λ|, or {side: 0} for the strip about
// zero. A curve has its points at floor + i step, a side's counts in `mean` and `band`.

const sideOf = (curve, side) => (side < 0 ? curve.negative : curve.positive);

/** Every stop of curves whose steps are equal, from the most negative eigenvalue to the largest. */
const stopsOf = (curves, floor) => {
  const { step } = curves[0];
  const reach = (side) =>
    Math.max(
      ...curves.map((curve) => {
        const below = Math.round((floor - curve.floor) / step);
        return sideOf(curve, side).mean.length - below;
      }),
      0,
    );
  const stops = (side) =>
    Array.from({ length: reach(side) }, (_, i) => ({ side, log: floor + i * step }));
  return [...stops(-1).reverse(), { side: 0, log: -Infinity }, ...stops(1)];
};

/** What a curve is at a stop: its mean, null where it is not resolved, and the ends of its band; null where it has no point. */
const valueAt = (curve, stop) => {
  if (stop.side === 0) return null;
  return pointOf(sideOf(curve, stop.side), Math.round((stop.log - curve.floor) / curve.step));
};

/** Where a stop stands in a drawing. */
const placeOf = (drawing, stop) => {
  const [left, right] = drawing.strip;
  const scale = stop.side < 0 ? drawing.negative : drawing.positive;
  if (stop.side === 0 || !scale) return (left + right) / 2;
  return between(scale, Math.min(stop.log, scale[1]));
};

/** How high a count stands in a panel of a drawing; what is below the frame stands on its lower edge. */
const heightOf = (drawing, panel, value) => {
  const [least, most] = drawing.counts;
  return between([least, most, ...panel.scale], clamped(Math.log10(value), drawing.counts));
};

/** The stop nearest to a coordinate. */
const nearest = (drawing, stops, x) => {
  const far = (stop) => Math.abs(placeOf(drawing, stop) - x);
  return stops.reduce((best, stop, i) => (far(stop) < far(stops[best]) ? i : best), 0);
};

const bandInWords = ({ band }) =>
  band ? ` (95\u00a0% band ${count(band[0])} to ${count(band[1])})` : "";

/** What is read off curves that are logarithmic to either side of zero; below 10^floor they are near zero. */
const splitAxis = (curves, floor) => ({
  stops: stopsOf(curves, floor),
  first: (stops) => stops.findIndex((stop) => stop.side === 0),
  words: (stop) =>
    stop.side === 0
      ? `|λ| < ${powerOfTen(floor)}`
      : `λ\u00a0=\u00a0${significant(stop.side * 10 ** stop.log, 3)}`,
  value: valueAt,
  reading: (curve, stop) => {
    if (stop.side === 0) {
      const stretch = stretchAt(curve, 0);
      return `${curve.nearZero} within ${powerOfTen(curve.floor)} of zero${stretch ? `; ${stretch.words}` : ""}`;
    }
    const value = valueAt(curve, stop);
    if (!value) return "nothing here";
    if (value.mean === null) {
      const most = `at most ${count(value.band[1])} eigenvalues per decade`;
      const stretch = stretchAt(curve, stop.side * 10 ** stop.log);
      return `unresolved, ${most}${stretch ? `; ${stretch.words}` : ""}`;
    }
    return `${count(value.mean)} eigenvalues per decade${bandInWords(value)}`;
  },
  place: (drawing, panel, stop) => placeOf(drawing, stop),
  height: heightOf,
  nearest: (drawing, stops, x) => nearest(drawing, stops, x),
});

// Linear. A stop is an eigenvalue; a curve has its points at from + i step, and each panel an axis of its own.

const indexOf = (curve, lambda) => {
  const i = Math.round((lambda - curve.from) / curve.step);
  return i < 0 || i >= curve.mean.length ? -1 : i;
};

/** What is read off curves on linear axes. */
const straightAxis = (curves) => {
  const all = curves.flatMap((curve) => curve.mean.map((_, i) => curve.from + i * curve.step));
  const stops = [...new Set(all)].sort((a, b) => a - b);
  const value = (curve, lambda) => pointOf(curve, indexOf(curve, lambda));
  const nearestTo = (stops, lambda) => {
    const far = (stop) => Math.abs(stop - lambda);
    return stops.reduce((best, stop, i) => (far(stop) < far(stops[best]) ? i : best), 0);
  };
  return {
    stops,
    first: (stops) => nearestTo(stops, 0),
    // An axis has hundreds of points: three digits would not tell them apart.
    words: (lambda) => `λ\u00a0=\u00a0${significant(lambda, 4)}`,
    value,
    reading: (curve, lambda) => {
      const found = value(curve, lambda);
      if (!found) return "nothing here";
      if (found.mean === null) {
        const stretch = stretchAt(curve, lambda);
        return `unresolved, density at most ${count(found.band[1])}${stretch ? `; ${stretch.words}` : ""}`;
      }
      return `density ${count(found.mean)}${bandInWords(found)}`;
    },
    place: (drawing, { across }, lambda) =>
      lambda < across[0] || lambda > across[1] ? null : between(across, lambda),
    height: (drawing, { heights, logarithmic }, density) =>
      between(heights, clamped(logarithmic ? Math.log10(density) : density, heights)),
    nearest: (drawing, stops, x, y) => {
      const panels = drawing.panels.filter(({ frame }) => frame <= y);
      const [v0, v1, p0, p1] = (panels.at(-1) ?? drawing.panels[0]).across;
      return nearestTo(stops, v0 + ((x - p0) / (p1 - p0)) * (v1 - v0));
    },
  };
};

