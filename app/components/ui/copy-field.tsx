/** A link to hand on: readable, selectable, and with script a button that copies it. */
import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "./button.tsx";
import { useHydrated } from "./hydrated.ts";

export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  const alive = useHydrated();
  const [copied, setCopied] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      // No clipboard here (plain http, or refused): select it, so that the keys for copying do it.
      input.current?.select();
    }
  };
  return (
    <div className="copy">
      <input ref={input} aria-label={label} value={value} readOnly onFocus={(event) => event.currentTarget.select()} />
      {alive && (
        <Button icon={copied ? Check : Copy} onClick={() => void copy()}>
          {copied ? "Copied" : "Copy link"}
        </Button>
      )}
      <output className="sr">{copied ? "The link is copied." : ""}</output>
    </div>
  );
}
