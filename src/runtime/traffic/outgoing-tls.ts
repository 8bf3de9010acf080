import { existsSync } from 'node:fs';
import type { Project } from '../../artifacts/model.ts';
import { Fault } from '../../errors.ts';
import { productKeystore, productTruststore } from '../../transports/http/keystore.ts';
import type { SecureOptions } from '../../transports/http/sender.ts';
import { located } from '../../transports/http/tls.ts';
import { BadKeystore } from '../../transports/tls/entry.ts';
import { readIdentity, readTrust, type KeystoreFile } from '../../transports/tls/keystore-file.ts';
import { locate } from './locate.ts';

/**
 * How requests go out over TLS, as in MI: servers must be trusted by [truststore], and one that asks for a certificate is
 * shown that of [keystore.tls] or [keystore.primary]. deployment.toml of every MI project names files of the product; those
 * that are not there say nothing. Read with the first such request.
 */
export function outgoingTls(
  { deployment }: Pick<Project, 'deployment'>,
  paths: readonly string[],
): (() => Promise<SecureOptions>) | undefined {
  const present = (store: KeystoreFile | undefined): KeystoreFile | undefined => {
    const found = store && located(store, (file) => locate(file, paths));
    return found && existsSync(found.location) ? found : undefined;
  };
  const trusted = present(productTruststore(deployment));
  const own = present(ownKey(deployment));
  if (!trusted && !own) return undefined;
  let reading: Promise<SecureOptions> | undefined;
  return () => {
    // What failed is tried again: the file may have been mended.
    reading ??= read(trusted, own).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
}

function ownKey(deployment: Project['deployment']): KeystoreFile | undefined {
  try {
    return productKeystore(deployment);
  } catch (error) {
    if (error instanceof BadKeystore) return undefined;
    throw error;
  }
}

async function read(trusted: KeystoreFile | undefined, own: KeystoreFile | undefined): Promise<SecureOptions> {
  return {
    ...(trusted && (await naming('[truststore]', readTrust(trusted)))),
    ...(own && (await naming('[keystore.tls] or [keystore.primary]', readIdentity(own)))),
  };
}

async function naming<T>(table: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    const text = `${(cause as Error).message}. It is named by ${table} in deployment.toml`;
    throw new Fault('CONNECTION_FAILED', { text, cause, retry: 'again' });
  }
}
