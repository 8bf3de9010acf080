/** For users: nothing directly. For other rooms: what the commands `image` and `manifests` are made of. */
export { decideSetting, type ManifestRequest } from './manifests/decide-setting.ts';
export { filesOf, manifestFormats, type ManifestFormat } from './manifests/format/files.ts';
export type { ManifestFiles } from './manifests/format/one-each.ts';
export { manifestsOf } from './manifests/manifests-of.ts';
export { plain, type Manifest } from './manifests/manifest.ts';
