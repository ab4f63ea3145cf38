/**
 * Typing over a selection, done by the editor and not by the browser: where a selection spans differently styled text, the
 * browser copies styles into attributes, which the page's policy forbids and its console then complains of.
 */
import { EditorView } from '@codemirror/view';

export const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { inputType, data } = event;
    // What an input method composes is still its own.
    if (inputType !== 'insertText' || data === null || event.isComposing || view.state.selection.main.empty)
      return false;
    view.dispatch(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    event.preventDefault();
    return true;
  },
});
