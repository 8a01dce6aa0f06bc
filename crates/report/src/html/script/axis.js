// Places on an axis that is logarithmic on both sides of zero. A stop is {side, log}: the sign of λ and log10 |λ|, or
// {side: 0} for the strip about zero. A curve has its points at floor + i step, a side's counts in `mean` and `band`.

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

/** What a curve is at a stop: its mean and the ends of its band, or null where it has no point. */
const valueAt = (curve, stop) => {
  if (stop.side === 0) return null;
  const { mean, band } = sideOf(curve, stop.side);
  const i = Math.round((stop.log - curve.floor) / curve.step);
  if (i < 0 || i >= mean.length) return null;
  return { mean: mean[i], band: band && [band[0][i], band[1][i]] };
};

const between = ([v0, v1, p0, p1], value) => p0 + ((value - v0) / (v1 - v0)) * (p1 - p0);

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
  const log = Math.min(Math.max(Math.log10(value), least), most);
  return between([least, most, ...panel.scale], log);
};

/** The stop nearest to a coordinate. */
const nearest = (drawing, stops, x) => {
  const far = (stop) => Math.abs(placeOf(drawing, stop) - x);
  return stops.reduce((best, stop, i) => (far(stop) < far(stops[best]) ? i : best), 0);
};

/** A stop in words. */
const wordsOf = (stop, floor) =>
  stop.side === 0
    ? `|λ| < ${powerOfTen(floor)}`
    : `λ = ${significant(stop.side * 10 ** stop.log, 3)}`;

