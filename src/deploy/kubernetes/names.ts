/** Names that Kubernetes and registries take. */

/** RFC 1123 label, kept short for what is added to it: group, ReplicaSet, pod. */
export const longestName = 40;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const namespaceLength = 63;
/** RFC 1123 subdomain. A wildcard may stand in front of an Ingress's host. */
const hostName = /^(\*\.)?([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function isName(text: string): boolean {
  return text.length <= longestName && label.test(text);
}

export function isNamespace(text: string): boolean {
  return text.length <= namespaceLength && label.test(text);
}

/** Of an object that is not ours, such as a Secret: an RFC 1123 subdomain. */
export function isObjectName(text: string): boolean {
  return text.length <= 253 && hostName.test(text) && !text.startsWith('*');
}

export function isHost(text: string): boolean {
  return text.length <= 253 && hostName.test(text);
}

/** The nearest name to what a project is called: "Orders_1.0.0" -> "orders-1-0-0". */
export function toName(text: string): string {
  const name = text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longestName)
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'integration' : name;
}

/** What `gantry image` calls an image, and `gantry manifests` looks for, when nobody says otherwise. */
export function defaultImage(name: string, digest: string): string {
  return `${name}:${digest.slice(0, 12)}`;
}
