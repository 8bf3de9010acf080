const words = {
  lost: 'Connection lost. What you see is the last known state; trying to reconnect.',
  silent: 'Nothing was heard for some seconds. What you see may be out of date.',
};

export function drawBanner(connection) {
  const banner = document.getElementById('banner');
  const text = words[connection] ?? '';
  banner.hidden = text === '';
  if (banner.textContent !== text) banner.textContent = text;
  document.body.classList.toggle('stale', text !== '');
}
