import { defineConsumer, type ConsumerKind } from '../inbound-kind.ts';
import { withPollInterval } from '../poll-interval.ts';
import { consumeFiles } from './inbound.ts';
import { problemsOf } from './job.ts';
import { fileParameters } from './parameters.ts';

/** Files of a folder, here or on a server; `protocol="file"`, and proxies on `vfs`. */
export const file: ConsumerKind = defineConsumer({
  name: 'file',
  summary: 'Takes the files of a folder: of this machine, or of an SFTP, FTP or FTPS server.',
  notes:
    'A file is taken by renaming it to name.claim-<term>: one rename wins a race, and who lost its term finds nothing ' +
    'under its name that it could delete. Whoever processes a file again, because a replica died before it could say ' +
    'that the first time was done, sends the same Idempotency-Key.',
  protocols: ['file'],
  classes: [],
  proxyTransports: ['vfs'],
  delivery: 'effectively once',
  acknowledged: 'Deleted or moved when the sequence has finished.',
  sharing:
    'Files are divided by their names among the replicas that show a sign of life. Each is claimed by a rename; the ' +
    'claims of a replica that shows none are void.',
  parameters: fileParameters,
  fromProxy: withPollInterval,
  check: problemsOf,
  consume: consumeFiles,
});
