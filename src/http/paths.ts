/** The fixed paths of the server, for its routes and for whoever must not take them. */

export const LANDING_PATH = "/";
export const TABLES_PATH = "/tables";
export const HEALTHY_PATH = "/-/healthy";
export const READY_PATH = "/-/ready";
