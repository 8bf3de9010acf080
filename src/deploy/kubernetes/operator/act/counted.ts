import type { Cluster } from '../../cluster/cluster.ts';

/** The same cluster; each request that changes something is told. What is only tried (dry run) changes nothing. */
export function counted(cluster: Cluster, onWrite: (verb: string) => void): Cluster {
  return {
    server: cluster.server,
    namespace: cluster.namespace,
    get: (ref, signal) => cluster.get(ref, signal),
    list: (query, signal) => cluster.list(query, signal),
    watch: (query, onEvent, signal) => cluster.watch(query, onEvent, signal),
    apply(manifest, options) {
      if (options.dryRun !== true) onWrite('apply');
      return cluster.apply(manifest, options);
    },
    create(object, signal) {
      onWrite('create');
      return cluster.create(object, signal);
    },
    update(object, options) {
      onWrite(options.subresource === undefined ? 'update' : `update ${options.subresource}`);
      return cluster.update(object, options);
    },
    patch(ref, patch, signal) {
      onWrite('patch');
      return cluster.patch(ref, patch, signal);
    },
    delete(ref, options) {
      onWrite('delete');
      return cluster.delete(ref, options);
    },
    logs: (pod, options) => cluster.logs(pod, options),
    may: (verb, ref, signal) => cluster.may(verb, ref, signal),
    close: () => cluster.close(),
  };
}
