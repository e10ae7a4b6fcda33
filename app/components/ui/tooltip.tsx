/** A tooltip: the name of a button that shows only an icon (the editor's toolbar), with its keys. The name itself is on the button too. */
import { Tooltip as Primitive } from "radix-ui";
import type { ReactNode } from "react";

export function Tooltip({ words, children }: { readonly words: string; readonly children: ReactNode }) {
  return (
    <Primitive.Provider delayDuration={500}>
      <Primitive.Root>
        <Primitive.Trigger asChild>{children}</Primitive.Trigger>
        <Primitive.Content className="tip" sideOffset={6} collisionPadding={8}>
          {words}
        </Primitive.Content>
      </Primitive.Root>
    </Primitive.Provider>
  );
}
