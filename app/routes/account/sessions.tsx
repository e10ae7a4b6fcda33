/** Where somebody is signed in, with a way to end each session but the one in use. */
import { PostForm, SubmitButton } from "../../components/ui/form.tsx";
import { Tag } from "../../components/ui/tag.tsx";
import { Time } from "../../components/ui/time.tsx";

type Session = {
  readonly id: string;
  readonly device: string;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number;
  readonly current: boolean;
};

export function Sessions({ sessions }: { readonly sessions: readonly Session[] }) {
  const others = sessions.filter((session) => !session.current).length;
  return (
    <>
      <ul className="rows">
        {sessions.map((session) => (
          <li key={session.id} className="split">
            <div>
              <b>{session.device === "" ? "Unknown device" : session.device}</b> {session.current && <Tag tone="board">this device</Tag>}
              <div className="small quiet">
                signed in <Time atMs={session.createdAtMs} />, last used <Time atMs={session.lastSeenAtMs} form="when" />
              </div>
            </div>
            {!session.current && (
              <PostForm name="end-session" className="">
                <input type="hidden" name="sessionId" value={session.id} />
                <SubmitButton look="bare" aria-label={`End the session on ${session.device === "" ? "an unknown device" : session.device}`}>
                  End
                </SubmitButton>
              </PostForm>
            )}
          </li>
        ))}
      </ul>
      {others > 0 && (
        <PostForm name="end-other-sessions" className="after-rows">
          <SubmitButton>End all others</SubmitButton>
        </PostForm>
      )}
    </>
  );
}
