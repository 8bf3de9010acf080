/** For users: nothing directly. For other rooms: what the commands `image` and `manifests` are made of. */
export { decideSetting, type ManifestRequest } from './manifests/decide-setting.ts';
export { filesOf, manifestFormats, type ManifestFormat } from './manifests/format/files.ts';
export type { ManifestFiles } from './manifests/format/one-each.ts';
export { manifestsOf } from './manifests/manifests-of.ts';
export { plain, type Manifest } from './manifests/manifest.ts';
export type { ManifestSetting } from './manifests/setting.ts';

export { buildImage, type BuiltImage } from './image/build.ts';
export { dockerfile } from './image/dockerfile.ts';
export { ImageError } from './image/image-error.ts';
export { writeLayout } from './image/layout.ts';
export { fullName, parseReference, type Reference } from './image/reference.ts';
export { push } from './image/registry/push.ts';
export { bundleFolder } from './image/runtime-files.ts';
export { defaultImage, toName } from './names.ts';

export { customResource } from './operator/resource/crd.ts';
export { integrationPage } from './operator/resource/page.ts';
