/**
 * Toast: foot left, one at a time, six seconds, with a way back; never for errors. It waits while it is pointed at or in focus, and F8 goes
 * to it (Radix Toast). `Toasts` stands once, in the root. `UndoToast` comes from an address, so it is there without script too.
 */
import { Toast as Primitive } from "radix-ui";
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { useHydrated } from "./hydrated.ts";

const TOAST_MS = 6_000;

type Shown = { readonly key: number; readonly words: string; readonly undo?: () => void };
type ToastControl = {
  /** Say what has happened; `undo` takes it back. A second toast replaces the first. */
  readonly show: (words: string, undo?: () => void) => void;
};
const ToastContext = createContext<ToastControl>({ show: () => undefined });

/** To say that something has happened, with a way back. */
export const useToast = (): ToastControl => useContext(ToastContext);

export function Toasts({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const show = useCallback((words: string, undo?: () => void) => {
    setShown((before) => ({ key: (before?.key ?? 0) + 1, words, ...(undo === undefined ? {} : { undo }) }));
  }, []);
  const control = useMemo(() => ({ show }), [show]);
  return (
    <ToastContext.Provider value={control}>
      <Primitive.Provider label="Message" duration={TOAST_MS} swipeDirection="left">
        {children}
        {shown && (
          <Primitive.Root key={shown.key} className="toast" onOpenChange={(open) => !open && setShown(null)}>
            <Primitive.Title>{shown.words}</Primitive.Title>
            {shown.undo && (
              <Primitive.Action altText="Undo" className="btn" onClick={shown.undo}>
                Undo
              </Primitive.Action>
            )}
          </Primitive.Root>
        )}
        <Primitive.Viewport className="toasts" label="Messages ({hotkey})" />
      </Primitive.Provider>
    </ToastContext.Provider>
  );
}

/** A toast that the address asks for; `children` is the form with the Undo button, `onGone` clears the address. */
export function UndoToast({ words, children, onGone }: { readonly words: string; readonly children: ReactNode; readonly onGone: () => void }) {
  const alive = useHydrated();
  if (!alive) {
    return (
      <div className="toasts">
        <div className="toast">
          <output>{words}</output>
          {children}
        </div>
      </div>
    );
  }
  return (
    <Primitive.Root className="toast" onOpenChange={(open) => !open && onGone()}>
      <Primitive.Title>{words}</Primitive.Title>
      {children}
    </Primitive.Root>
  );
}
