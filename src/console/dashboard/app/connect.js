/** A page that hears nothing for so long calls itself out of date; the server speaks every second. */
const silenceMs = 5000;

/** Listens to /events. The browser reconnects by itself, and asks for what it missed; after an answer like 503 we do. */
export function connect({ onOpen, onStatus, onTerms, onEvent, onConnection }) {
  let silence;
  const heard = () => {
    onConnection('open');
    clearTimeout(silence);
    silence = setTimeout(() => onConnection('silent'), silenceMs);
  };
  const open = () => {
    const source = new EventSource('/events');
    source.addEventListener('open', onOpen);
    source.addEventListener('terms', (message) => {
      heard();
      onTerms(JSON.parse(message.data));
    });
    source.addEventListener('status', (message) => {
      heard();
      onStatus(JSON.parse(message.data));
    });
    source.addEventListener('happened', (message) => {
      heard();
      onEvent(JSON.parse(message.data));
    });
    source.addEventListener('beat', heard);
    source.addEventListener('error', () => {
      clearTimeout(silence);
      onConnection('lost');
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 2000);
    });
  };
  open();
}
