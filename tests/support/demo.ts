/** The password of all demo accounts, as the README of the demo says it; tests must not take it from the code they test. */
export const DEMO_PASSWORD = "demo-bansho-2026";
