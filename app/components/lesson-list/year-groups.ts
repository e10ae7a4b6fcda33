/** Year groups that people choose from. What they are called is `yearWords` of #core/model/year-words. */

export const YEAR_GROUPS = ["R", "1", "2", "3", "4", "5", "6"] as const;
