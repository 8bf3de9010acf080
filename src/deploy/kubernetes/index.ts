/** For users: nothing directly. For other rooms: what the commands `image` and `manifests` are made of. */
export { decideSetting, type ManifestRequest } from './manifests/decide-setting.ts';
export { filesOf, manifestFormats, type ManifestFormat } from './manifests/format/files.ts';
export type { ManifestFiles } from './manifests/format/one-each.ts';
export { yamlOf } from './manifests/format/yaml.ts';
export { manifestsOf } from './manifests/manifests-of.ts';
export { plain, type Manifest } from './manifests/manifest.ts';
export type { ManifestSetting } from './manifests/setting.ts';

export { buildImage, type BuiltImage } from './image/build.ts';
export { dockerfile } from './image/dockerfile.ts';
export { programInImage } from './image/image.ts';
export { ImageError } from './image/image-error.ts';
export { writeLayout } from './image/layout.ts';
export { fullName, parseReference, type Reference } from './image/reference.ts';
export { push } from './image/registry/push.ts';
export { bundleFolder } from './image/runtime-files.ts';
export { defaultImage, toName } from './names.ts';

export { customResource } from './operator/resource/crd.ts';
export { crdYaml } from './operator/resource/crd-yaml.ts';
export {
  defaultSetting as defaultOperatorSetting,
  operatorChart,
  operatorManifests,
  type OperatorSetting,
} from './operator/install/installation.ts';
export { importFiles } from './import/import.ts';
export type { Line as ImportLine } from './import/rules.ts';
export { integrationPage } from './operator/resource/page.ts';

export { comparable } from './cluster/comparable.ts';
export type { Cluster, KubernetesObject, ObjectRef } from './cluster/cluster.ts';
export { kinds } from './cluster/kinds.ts';
export { ClusterClient } from './cluster/client.ts';
export { chosenAccess, openCluster } from './cluster/open.ts';

export { prunable } from './release/apply.ts';
export { bringRelease, lastGood, type BringRequest, type Brought } from './release/bring.ts';
export { checkPreview, checkRelease } from './release/checks.ts';
export { releasesOf } from './release/history.ts';
export { followLogs } from './release/logs.ts';
export { preview, type Previewed } from './release/preview.ts';
export { ReleaseError, type Release, type ReleaseFacts } from './release/release.ts';
export { removableOf, removeDeployment, type Removable } from './release/remove.ts';
export type { GroupProgress, PodProgress } from './release/rollout.ts';
export type { Pod } from './release/shapes.ts';
export { deploymentNames, standingOf, type Standing } from './release/standing.ts';
export type { ReleaseEvent } from './release/told.ts';
