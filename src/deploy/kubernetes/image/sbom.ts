import type { BundledPackage } from './runtime-files.ts';

export interface SbomParts {
  readonly gantry: string;
  readonly node: string;
  readonly base: string;
  /** Content the document is about, so that equal content has an equal name. */
  readonly digest: string;
  readonly packages: readonly BundledPackage[];
}

/** What the runtime layer is made of, as SPDX 2.3 JSON. */
export function sbomOf({ gantry, node, base, digest, packages }: SbomParts): string {
  const all = [
    { name: 'gantry', version: gantry, license: 'Apache-2.0' },
    { name: 'node', version: node, license: 'MIT' },
    ...packages,
  ];
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `gantry-${gantry}`,
    documentNamespace: `https://gantry.dev/spdx/${digest}`,
    // Fixed: the same content gives the same document.
    creationInfo: { created: '1970-01-01T00:00:00Z', creators: [`Tool: gantry-${gantry}`] },
    comment: `Base: ${base}.`,
    packages: all.map(({ name, version, license }, i) => ({
      SPDXID: `SPDXRef-${i}`,
      name,
      versionInfo: version,
      downloadLocation: 'NOASSERTION',
      licenseDeclared: license,
      ...(i < 2 ? {} : { externalRefs: [npmReference(name, version)] }),
    })),
    relationships: all.map((_, i) => ({
      spdxElementId: i === 0 ? 'SPDXRef-DOCUMENT' : 'SPDXRef-0',
      relationshipType: i === 0 ? 'DESCRIBES' : i === 1 ? 'DEPENDS_ON' : 'CONTAINS',
      relatedSpdxElement: `SPDXRef-${i}`,
    })),
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

function npmReference(name: string, version: string): object {
  const locator = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator };
}
