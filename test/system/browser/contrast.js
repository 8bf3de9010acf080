// Texts whose contrast is below WCAG's 4.5 : 1, each with its ratio. Evaluated inside a page.
(() => {
  const parse = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length > 0 && colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  let seen = 0;
  for (const element of document.querySelectorAll('h1, h2, h3, p, dt, dd, li, span, code, time')) {
    const own = [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim() !== '');
    if (!own || element.closest('[hidden]')) continue;
    seen++;
    const ground = groundOf(element);
    const alpha = Number(getComputedStyle(element).opacity);
    const mixed = parse(getComputedStyle(element).color)
      .slice(0, 3)
      .map((v, i) => v * alpha + ground[i] * (1 - alpha));
    const [dark, light] = [luminance(mixed), luminance(ground)].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) weak.push(`${element.className || element.tagName} "${element.textContent}" ${ratio.toFixed(2)}`);
  }
  return { seen, weak };
})();
