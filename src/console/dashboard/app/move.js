/**
 * Makes what changed its place be seen to move there (FLIP: first, last, invert, play).
 * Call it before drawing; call what it returns after drawing, with a way to find an element by its key again:
 * an element may have been made anew inside another box.
 */
export function movingFrom(elements) {
  const first = new Map(
    [...elements].map((e) => [e.dataset.key, { box: e.parentElement, rect: e.getBoundingClientRect() }]),
  );
  return (find) => {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    for (const [key, { box, rect }] of first) {
      const moved = find(key);
      if (!moved || moved.parentElement === box || rect.width === 0) continue;
      const last = moved.getBoundingClientRect();
      const [dx, dy] = [rect.left - last.left, rect.top - last.top];
      moved.classList.add('moving');
      const move = moved.animate(
        [{ transform: `translate(${dx}px, ${dy}px) scale(1.04)` }, { transform: 'translate(0, 0) scale(1)' }],
        { duration: 650, easing: 'cubic-bezier(.3, .8, .3, 1)' },
      );
      const done = () => moved.classList.remove('moving');
      move.addEventListener('finish', done);
      move.addEventListener('cancel', done);
    }
  };
}
