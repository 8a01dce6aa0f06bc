// Numbers as the tables of the page write them.

const raised = (exponent) =>
  String(exponent).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");

const powerOfTen = (exponent) => `10${raised(exponent)}`;

/** A number to so many significant digits. */
const significant = (x, digits) => {
  if (x === 0) return "0";
  const [mantissa, power] = x.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const plain = exponent >= -3 && exponent < 6;
  const text = plain
    ? Number(`${mantissa}e${power}`).toFixed(Math.max(digits - 1 - exponent, 0))
    : `${mantissa}×${powerOfTen(exponent)}`;
  return text.replace("-", "−");
};

/** Eigenvalues a decade; the page does not carry the digits of fewer than a thousandth. */
const count = (x) => (x === 0 ? "under 0.001" : significant(x, 4));

