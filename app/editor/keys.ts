/** The keys of the lesson editor. Mod is Ctrl, on a Mac Cmd. */
import { baseKeymap, chainCommands } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import { Plugin, type Command } from "prosemirror-state";
import { redo, stopUndoGroup, undo } from "./collab/sync-plugin.ts";
import { moveTarget, selectBlock } from "./commands/blocks.ts";
import { enter, newLineInField } from "./commands/enter.ts";
import { eraseBackward, eraseForward } from "./commands/erase.ts";
import { selectMore, toField } from "./commands/fields.ts";
import { toggleBold, toggleItalic } from "./commands/text-style.ts";
import { openLinkForm } from "./menus/link-form.ts";
import { undoTextRule } from "./text-rules.ts";

const openLink: Command = (_state, _dispatch, view) => view !== undefined && openLinkForm(view);

/** One act for undo: not run together with the typing before and after it. */
const oneAct =
  (command: Command): Command =>
  (state, dispatch, view) => {
    if (dispatch === undefined || !command(state)) return command(state);
    stopUndoGroup(state);
    const done = command(state, dispatch, view);
    stopUndoGroup(view?.state ?? state);
    return done;
  };

const backspace = chainCommands(undoTextRule, oneAct(eraseBackward));

/**
 * The first letter of an empty line is put in by us. Left to the browser it goes where the browser thinks the cursor is, and that is the end
 * of the line before wherever two lines stand side by side.
 */
const firstLetter = new Plugin({
  props: {
    handleKeyPress: (view, event) => {
      const { selection } = view.state;
      const letter = event.charCode === 0 ? "" : String.fromCodePoint(event.charCode);
      if (event.ctrlKey || event.metaKey || event.isComposing || !/^[^\p{Cc}]$/u.test(letter)) return false;
      if (!view.editable || !selection.empty || !selection.$from.parent.isTextblock || selection.$from.parent.content.size > 0) return false;
      const insert = () => view.state.tr.insertText(letter).scrollIntoView();
      const taken = view.someProp("handleTextInput", (handle) => handle(view, selection.from, selection.to, letter, insert));
      if (taken !== true) view.dispatch(insert());
      return true;
    },
  },
});

/** All key plugins, first come first served. */
export const lessonKeys = (): readonly Plugin[] => [
  firstLetter,
  keymap({
    Enter: oneAct(enter),
    "Shift-Enter": chainCommands(newLineInField, enter),
    Backspace: backspace,
    "Mod-Backspace": backspace,
    "Ctrl-Backspace": backspace,
    "Shift-Backspace": backspace,
    Delete: oneAct(eraseForward),
    "Mod-Delete": oneAct(eraseForward),
    Tab: toField(1),
    "Shift-Tab": toField(-1),
    "Mod-b": toggleBold,
    "Mod-i": toggleItalic,
    "Mod-k": openLink,
    "Mod-a": selectMore,
    "Alt-ArrowUp": oneAct(moveTarget(-1)),
    "Alt-ArrowDown": oneAct(moveTarget(1)),
    "Mod-Shift-ArrowUp": oneAct(moveTarget(-1)),
    "Mod-Shift-ArrowDown": oneAct(moveTarget(1)),
    Escape: selectBlock,
    "Mod-z": undo,
    "Mod-y": redo,
    "Mod-Shift-z": redo,
  }),
  keymap(baseKeymap),
];
