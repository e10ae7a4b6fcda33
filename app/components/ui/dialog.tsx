/**
 * A dialog: only for loss, sharing and sign-in. Its title is the question, its buttons are the answers. Focus is held and given back,
 * Escape and a press beside it close it (Radix Dialog). `Confirm` is one that has an address and so works without script.
 */
import { useNavigate } from "@remix-run/react";
import { Dialog as Primitive } from "radix-ui";
import { useRef, type ReactNode, type RefObject } from "react";
import { ButtonLink } from "./button.tsx";
import { useHydrated } from "./hydrated.ts";

export function Dialog({
  open,
  onClose,
  title,
  children,
  actions,
  focusFirst,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** The sentence or two below the question. */
  readonly children: ReactNode;
  readonly actions: ReactNode;
  /** What has the focus when it opens, instead of the first button: the answer that loses nothing. */
  readonly focusFirst?: RefObject<HTMLElement>;
}) {
  return (
    <Primitive.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="shade" />
        <Primitive.Content
          className="dlg over"
          onOpenAutoFocus={(event) => {
            if (focusFirst?.current == null) return;
            event.preventDefault();
            focusFirst.current.focus();
          }}
        >
          <Primitive.Title asChild>
            <h2>{title}</h2>
          </Primitive.Title>
          <Primitive.Description asChild>
            <div>{children}</div>
          </Primitive.Description>
          <div className="actions">{actions}</div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/**
 * A question that the address asks (`?remove=…`): a dialog where script runs, the same words in the page where it does not.
 * `action` is the form that does it; `stay` the words that leave all as it is; `back` the address without the question.
 */
export function Confirm({
  title,
  children,
  action,
  stay,
  back,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly action: ReactNode;
  readonly stay: string;
  readonly back: string;
}) {
  const alive = useHydrated();
  const navigate = useNavigate();
  const stayLink = useRef<HTMLAnchorElement>(null);
  const actions = (
    <>
      {action}
      <ButtonLink ref={stayLink} to={back} big preventScrollReset>
        {stay}
      </ButtonLink>
    </>
  );
  if (alive) {
    return (
      <Dialog open onClose={() => navigate(back, { preventScrollReset: true })} title={title} actions={actions} focusFirst={stayLink}>
        {children}
      </Dialog>
    );
  }
  return (
    <section className="dlg inline" aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      {children}
      <div className="actions">{actions}</div>
    </section>
  );
}
