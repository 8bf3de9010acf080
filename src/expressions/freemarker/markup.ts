/** A text as it may stand in XML, between tags and between quotes; HTML has another word for the apostrophe. */
export function markup(text: string, apostrophe = '&apos;'): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": apostrophe };
  return text.replace(/[&<>"']/g, (c) => entities[c]!);
}
