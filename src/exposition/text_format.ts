/** The formats of `/metrics`; it must know nothing of what is written in them. */

/** The two text formats: Prometheus 0.0.4 and OpenMetrics 1.0. */
export type TextFormat = "text" | "openmetrics";
