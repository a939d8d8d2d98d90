/**
 * Numbers as Go's Prometheus client prints them, so that `le` values make the same series as before;
 * it must know nothing of metrics.
 */

/** strconv.FormatFloat(x, 'g', -1, 64) takes the exponent form from the one and below the other. */
const EXPONENT_FROM = 6;
const EXPONENT_BELOW = -4;

/**
 * `value` as client_golang's text format prints a float64: Go's shortest `'g'`, e.g. `1e-06`,
 * `33.554432`, `1.048576e+06`, `+Inf`, `NaN`.
 */
export function formatGoFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  if (value === 0) return "0";
  // Without an argument toExponential gives as many digits as are needed to tell the number, as Go does.
  const [mantissa, exponentText] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  const digits = mantissa.replace("-", "").replace(".", "");
  if (exponent < EXPONENT_BELOW || exponent >= EXPONENT_FROM) {
    const size = Math.abs(exponent);
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${size < 10 ? "0" : ""}${size}`;
  }
  const sign = value < 0 ? "-" : "";
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, "0");
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** The same for OpenMetrics 1.0, whose canonical floats always show a point or an exponent: `1024.0`. */
export function formatOpenMetricsFloat(value: number): string {
  const text = formatGoFloat(value);
  return Number.isFinite(value) && !/[.e]/.test(text) ? `${text}.0` : text;
}
