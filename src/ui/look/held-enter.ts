/**
 * A key that is held down goes on pressing the button that has the focus. Where a button changes its meaning in place, the
 * second press takes back the first: Run becomes Cancel, Play becomes Pause. So a held Enter presses a button once, except one
 * that carries `data-repeats`, which goes a step further with each press.
 */
export function pressOnce(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (!event.repeat || event.key !== 'Enter') return;
      const [target] = event.composedPath();
      if (target instanceof HTMLButtonElement && !('repeats' in target.dataset)) event.preventDefault();
    },
    { capture: true },
  );
}
