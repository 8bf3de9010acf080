import { programInImage } from './image.ts';
import { ports, runtimeUser } from '../manifests/setting.ts';

export interface DockerfileParts {
  readonly project: string;
  /** Of Node, so that the code cache beside the program fits. */
  readonly node: string;
  /** Folder of the bundle on this machine. */
  readonly bundle: string;
}

/** For those who build with Docker: the same folders, user and command. */
export function dockerfile({ project, node, bundle }: DockerfileParts): string {
  return `# docker build --build-context gantry=${bundle} --file Dockerfile PATH
# Another Node starts it too, only slower: program.cache is for this one.
FROM node:${node}-slim
WORKDIR /app
COPY --from=gantry . /app/
# Keep .env out by a .dockerignore (".*", "mock", "node_modules"): what differs between places is set from outside.
COPY . /app/artifacts/${project}/
USER ${runtimeUser}:${runtimeUser}
EXPOSE ${Object.values(ports).join(' ')}
ENTRYPOINT ["node", "--max-semi-space-size=4", "${programInImage}"]
CMD ["replica", "/app/artifacts/${project}"]`;
}
