import { existsSync, realpathSync, statSync } from 'node:fs';
import { ImageError } from '../image-error.ts';
import { layerOf, type Layer } from '../blob.ts';
import type { Base } from '../image.ts';
import { keptLayer } from '../kept.ts';
import type { Entry } from '../tar.ts';

/** As container registries call what Node calls x64. */
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

const certificates = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * A base from this machine: the Node that runs this very program, and the libraries it has loaded. Node brings its own
 * time zones (ICU) and root certificates; the machine's are added for who asks for them (NODE_EXTRA_CA_CERTS).
 */
export async function hostBase(user: number): Promise<Base> {
  if (process.platform !== 'linux')
    throw new ImageError(
      'HOST_NOT_LINUX',
      '--base host takes the Node of a Linux machine.',
      'Give a base: --base node:26-slim.',
    );
  const architecture = architectures[process.arch] ?? process.arch;
  const files = hostFiles();
  const layer = await keptLayer(`host ${stamp(files)} ${user}`, () => hostLayer(files, user));
  return {
    name: `node ${process.versions.node} of the machine that built it`,
    node: '/usr/local/bin/node',
    layers: [layer],
    config: {
      architecture,
      os: 'linux',
      config: {
        Env: [
          'PATH=/usr/local/bin:/usr/bin:/bin',
          ...(files.certificates === undefined ? [] : [`SSL_CERT_FILE=${certificates[0]}`]),
        ],
      },
      rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    },
  };
}

interface HostFiles {
  readonly node: string;
  /** By the names under which the loader looks for them. */
  readonly libraries: readonly string[];
  readonly certificates: string | undefined;
}

function hostFiles(): HostFiles {
  const { sharedObjects } = process.report.getReport() as { readonly sharedObjects: readonly string[] };
  return {
    node: process.execPath,
    // linux-vdso is the kernel's and no file; add-ons of node_modules are none of Node's own.
    libraries: sharedObjects.filter((path) => path.startsWith('/') && !path.endsWith('.node')),
    certificates: certificates.find((path) => existsSync(path)),
  };
}

/** Changes when any of the files does, without reading 150 MB. */
function stamp({ node, libraries, certificates }: HostFiles): string {
  const paths = [node, ...libraries, ...(certificates === undefined ? [] : [certificates])];
  return paths
    .map((path) => {
      const { size, mtimeMs, ino } = statSync(path);
      return `${path} ${size} ${mtimeMs} ${ino}`;
    })
    .join('\n');
}

function hostLayer({ node, libraries, certificates: ca }: HostFiles, user: number): Promise<Layer> {
  const text = (path: string, content: string): Entry => ({ type: 'file', path, content: Buffer.from(content) });
  const entries: Entry[] = [
    { type: 'file', path: 'usr/local/bin/node', content: realpathSync(node), mode: 0o755 },
    ...libraries.map((path): Entry => ({
      type: 'file',
      path: path.slice(1),
      content: realpathSync(path),
      mode: 0o755,
    })),
    ...(ca === undefined
      ? []
      : [{ type: 'file', path: certificates[0]!.slice(1), content: realpathSync(ca) } as const]),
    text('etc/passwd', `root:x:0:0:root:/:/sbin/nologin\ngantry:x:${user}:${user}:gantry:/app:/sbin/nologin\n`),
    text('etc/group', `root:x:0:\ngantry:x:${user}:\n`),
    // Without it glibc asks DNS before /etc/hosts.
    text('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
    { type: 'folder', path: 'tmp', mode: 0o1777 },
  ];
  return layerOf(entries);
}
