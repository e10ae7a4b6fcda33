/** The mark: a board in three zones, read from left to right. */
export function Mark({ width = 26 }: { readonly width?: number }) {
  return (
    <svg width={width} height={(width * 20) / 26} viewBox="0 0 26 20" aria-hidden="true" focusable="false">
      <rect x="1" y="1" width="24" height="18" rx="2" fill="currentColor" />
      <path d="M9.5 4v12M16.5 4v12" stroke="var(--on-board)" strokeWidth="1.5" />
      <path d="M4 6h3M4 9h2M12 6h2M12 9h2M12 12h1M19 6h3" stroke="var(--on-board)" strokeWidth="1.5" strokeLinecap="round" />
    </svg>
  );
}
