import { mediaTypes, type Blob } from '../blob.ts';
import type { Image } from '../image.ts';
import type { Reference } from '../reference.ts';
import { RegistryClient } from './client.ts';

export interface Pushed {
  /** Bytes that had to travel. */
  readonly sent: number;
  /** Layers that were there already. */
  readonly skipped: number;
}

/** What the registry has is not sent again; the manifest comes last, so that nobody ever finds half an image. */
export async function push(image: Image, reference: Reference): Promise<Pushed> {
  const client = new RegistryClient(reference, 'pull,push');
  let [sent, skipped] = [0, 0];
  for (const blob of [...image.layers, image.config]) {
    if (await sendBlob(client, blob)) sent += blob.descriptor.size;
    else skipped++;
  }
  await client.ask(`manifests/${reference.tag}`, {
    method: 'PUT',
    headers: { 'content-type': mediaTypes.manifest },
    body: await image.manifest.bytes(),
  });
  return { sent: sent + image.manifest.descriptor.size, skipped };
}

/** False: it was there. */
async function sendBlob(client: RegistryClient, blob: Blob): Promise<boolean> {
  const { digest } = blob.descriptor;
  const there = await client.ask(`blobs/${digest}`, { method: 'HEAD', also: [404] });
  if (there.ok) return false;
  const begun = await client.ask('blobs/uploads/', { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', begun.url);
  place.searchParams.set('digest', digest);
  await client.ask(place.href, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: await blob.bytes(),
  });
  return true;
}
