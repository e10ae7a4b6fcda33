/**
 * The form that signs out, wherever it stands. With script it first empties what this device keeps of lessons: `Clear-Site-Data` in the answer
 * does the same, but browsers heed that only where the connection is secure.
 */
import type { FormEvent, ReactNode, Ref } from "react";

export function SignOutForm({
  children,
  className,
  hidden,
  formRef,
}: {
  readonly children?: ReactNode;
  readonly className?: string;
  readonly hidden?: boolean;
  readonly formRef?: Ref<HTMLFormElement>;
}) {
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    // Signing out goes on whatever the device says. `submit` does not come back here.
    void import("../../editor/collab/device-store.ts")
      .then(({ purgeDevice }) => purgeDevice())
      .then(
        () => form.submit(),
        () => form.submit(),
      );
  };
  return (
    <form ref={formRef} method="post" action="/logout" className={className} hidden={hidden} onSubmit={onSubmit}>
      {children}
    </form>
  );
}
