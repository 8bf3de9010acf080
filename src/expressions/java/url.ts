/** application/x-www-form-urlencoded as java.net.URLEncoder writes it: a blank is +, and only letters, digits and .-*_ stay. */
export function javaUrlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}

/** Broken % escapes throw URIError. */
export function javaUrlDecode(text: string): string {
  return decodeURIComponent(text.replace(/\+/g, ' '));
}
